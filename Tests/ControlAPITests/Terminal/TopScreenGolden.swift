/// Frames of `martlet top` as they must look.
enum TopScreenGolden {
    static let wide = #"""
        martlet  16 queued of 8 messages: ready 10, under way 2, waiting 3, routing 1   1970-01-01T00:16:40Z
        delivered 40.0/s (290)  deferred 10.0/s (57)  bounced 0.0/s (1)  2 connections  1 sites
        SOURCE mta-2: its address is gone
        SLOW: direct:@google (1h00m)

        SITE               QUEUED  WAIT  CONN  SENT/s  DEFER/s  OLDEST  REASON         LAST REPLY
        direct:@google       9125     3  2/20    40.0      2.0  1h00m   site_rate 30s  421 4.7.28 unusual rate
        direct:@yahoo        1206     3  2/20     0.0      8.0  60s     paused 4h00m   451 4.7.0 [TSS04]
        direct:mx.example       5     3  2/20     0.0      0.0

        SUSPENDED     LEFT     BY             REASON               HOLD
        source mta-2  resumed  source health  its address is gone  0000000f-4240-7000-8000-000000000063

        LIMITED BY A RULE                    TO                              LEFT  RULE         REPLY
        source mta-1 for site direct:@yahoo  10 messages/min; 2 connections  15m   limit-yahoo  421 4.7.0 [TSS04]

        WARM-UP  GROUP   STAGE  TODAY                   SENT    CAP  STATE
        mta-1    google  3/29   [##################..]   900  1,000  running  done by 2026-02-11
        by deliveries of 3   q quit  arrows scroll  sort: d deliveries s sent e deferred o oldest n name
        """#
    static let small = #"""
        martlet  16 queued of 8 messages: ready 10, under way 2, wa…
        delivered 40.0/s (290)  deferred 10.0/s (57)  bounced 0.0/s…
        SOURCE mta-2: its address is gone
        SLOW: direct:@google (1h00m)

        SITE               QUEUED  WAIT  CONN  SENT/s  DEFER/s  OLD…
        direct:@google       9125     3  2/20    40.0      2.0  1h0…
        direct:@yahoo        1206     3  2/20     0.0      8.0  60s…
        direct:mx.example       5     3  2/20     0.0      0.0
        by deliveries of 3   q quit  arrows scroll  sort: d deliver…
        """#
    static let empty = #"""
        martlet  0 queued of 0 messages: ready 0, under way 0, waiting 0, routing 0   1970-01-01T00:16:40Z
        delivered -/s (0)  deferred -/s (0)  bounced -/s (0)  0 connections  0 sites

        No site has mail or is in trouble.
        by deliveries of 0   q quit  arrows scroll  sort: d deliveries s sent e deferred o oldest n name
        """#
}
