"""`make bench`: how fast, as ratios within one run. Figures of different runs do not compare."""

from benchmarks import answers, browser, insight, rollup

if __name__ == "__main__":
    answers.main()
    rollup.main()
    insight.main()
    browser.main()
