/// What the text report makes of `SampleReports`.
enum ExpectedText {
    static let comparison = """
        martlet bench relay, 2026-11-21T19:00:00Z
          messages 20000, size 1024, connections 20, rounds 2, compare postfix
          on 2 cores (Test CPU), 4000 MiB, 6.1.0, data on ext4

                                            ceiling   postfix   martlet
        messages                             20,000    20,000    20,000
        took                  s               0.900      40.0      4.00
        end to end            messages/s     22,500       500     5,000
        taken in              messages/s     22,500       526     5,000
        accept p50            ms              0.500      25.0      12.0
        accept p90            ms              0.750      37.5      18.0
        accept p99            ms               1.00      50.0      24.0
        accept p99.9          ms               1.50      75.0      36.0
        accept max            ms               2.00       100      48.0
        end to end p50        ms              0.600       900      4.00
        end to end p90        ms              0.900     1,350      6.00
        end to end p99        ms               1.20     1,800      8.00
        end to end p99.9      ms               1.80     2,700      12.0
        end to end max        ms               2.40     3,600      16.0
        CPU source            µs/message       30.0       100      50.0
        CPU sink              µs/message       25.0       100      50.0
        CPU engine            µs/message                3,000       200
          loop-0              µs/message                           85.0
          loop-1              µs/message                           80.0
          journal             µs/message                           20.0
        syncs                 /message                            0.200
        written               B/message                12,000     2,000
        RSS, peak             MiB                         400      60.0
        PSS, peak             MiB                         150      55.0
        other programs        % of CPU        0.563     0.625      5.00

        medians; end to end, each round (messages/s):
          ceiling    25,000    20,000
          postfix       500       500
          martlet     5,000     5,000

        martlet: 10.0 x the rate of postfix, 1/15.0 of its CPU per message, 0.400 of its memory (RSS to PSS)
          (medians of 2 rounds)
        martlet reaches 22 % of the ceiling (source straight to sink)

        warning: the machine is not quiet: other programs used up to 9 % of its processors (during
          'martlet'); the figures are too low, and rounds differ

        advice:
          * latency was measured at full load, where everything queues (accept p99 24.0 ms): --rate 2500
            shows it at half of that

        """

    static let local = """
        martlet bench journal, 2026-11-21T19:00:00Z
          on 2 cores (Test CPU), 4000 MiB, 6.1.0, data on ext4

                                           append, group of 1  append, group of 2
        messages                                        1,000               2,000
        took                  s                          1.00                1.00
        rate                  /s                        1,000               2,000
        of the bare disk      %                          10.0                20.0

                                           append, group of 3  append, group of 4
        messages                                        3,000               4,000
        took                  s                          1.00                1.00
        rate                  /s                        3,000               4,000
        of the bare disk      %                          30.0                40.0

                                           append, group of 5  append, group of 6
        messages                                        5,000               6,000
        took                  s                          1.00                1.00
        rate                  /s                        5,000               6,000
        of the bare disk      %                          50.0                60.0

                                           append, group of 7
        messages                                        7,000
        took                  s                          1.00
        rate                  /s                        7,000
        of the bare disk      %                          70.0

        """
}
