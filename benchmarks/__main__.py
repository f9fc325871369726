"""`make bench`: how fast, as ratios within one run. Figures of different runs do not compare."""

from benchmarks import answers, browser

if __name__ == "__main__":
    answers.main()
    browser.main()
