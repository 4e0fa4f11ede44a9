extension ReasonSamples {
    /// What `explain` shows of each of `reasons`, in their order.
    static let golden: [String] = [
        #"""
        {"reason":"under_way","detail":"A connection carries it at this moment.","limit":null,"hold":null,"earli\#
        est":null}
        """#,
        #"""
        {"reason":"scheduled","detail":"Whoever sent it asked for it to leave at 1970-01-01T01:16:40Z, not befor\#
        e.","limit":null,"hold":null,"earliest":"1970-01-01T01:16:40Z"}
        """#,
        #"""
        {"reason":"retry_wait","detail":"3 attempts failed because the host answered that it should be tried lat\#
        er. The next attempt is at 1970-01-01T00:46:40Z.","limit":null,"hold":null,"earliest":"1970-01-01T00:46:\#
        40Z"}
        """#,
        #"""
        {"reason":"retry_wait","detail":"The first attempt failed. The next attempt is at 1970-01-01T00:17:40Z."\#
        ,"limit":null,"hold":null,"earliest":"1970-01-01T00:17:40Z"}
        """#,
        #"""
        {"reason":"dns","detail":"The mail hosts of its destination are being looked up in the DNS.","limit":nul\#
        l,"hold":null,"earliest":null}
        """#,
        #"""
        {"reason":"site_backoff","detail":"Site direct:@google could not be reached because the connection was\#
         refused. One delivery will try it again at 1970-01-01T00:18:40Z; when that works, the others follow.",\#
        "limit":null,"hold":null,"earliest":"1970-01-01T00:18:40Z"}
        """#,
        #"""
        {"reason":"site_connections","detail":"All 20 connections that site direct:@google is allowed at presen\#
        t are busy. It goes when one is free.","limit":{"rule":"connections","figure":"20 connections","used":20\#
        },"hold":null,"earliest":null}
        """#,
        #"""
        {"reason":"site_connections","detail":"The one connection that site direct:@google is allowed at presen\#
        t is busy. It goes when one is free.","limit":{"rule":"connections","figure":"1 connection","used":1},"h\#
        old":null,"earliest":null}
        """#,
        #"""
        {"reason":"shard_connections","detail":"All 500 connections that this part of the engine is allowed ar\#
        e busy with other sites. It goes when one is free.","limit":{"rule":"connections per shard","figure":"50\#
        0 connections","used":500},"hold":null,"earliest":null}
        """#,
        #"""
        {"reason":"site_rate","detail":"The limit for site direct:@google is 100 messages/min (rule limits[2])\#
        , and that is used up at the moment. The next can go at 1970-01-01T00:17:10Z.","limit":{"rule":"limits[2\#
        ]","figure":"100 messages/min","used":null},"hold":null,"earliest":"1970-01-01T00:17:10Z"}
        """#,
        #"""
        {"reason":"site_rate","detail":"The limit for site direct:@google is 10 new connections/min, 5 at once (\#
        rule limits[2]), and that is used up at the moment. The next can go at 1970-01-01T00:17:10Z.","limit":{"\#
        rule":"limits[2]","figure":"10 new connections/min, 5 at once","used":null},"hold":null,"earliest":"1970\#
        -01-01T00:17:10Z"}
        """#,
        #"""
        {"reason":"site_connections","detail":"The limit for site direct:@google is 20 connections (rule limits[\#
        2]), and all are in use. It goes when one is free.","limit":{"rule":"limits[2]","figure":"20 connections\#
        ","used":20},"hold":null,"earliest":null}
        """#,
        #"""
        {"reason":"site_rate","detail":"The limit for site direct:@google from source mta-1 is 5 messages/s (rul\#
        e limits[2]), and that is used up at the moment. The next can go at 1970-01-01T00:17:10Z.","limit":{"rul\#
        e":"limits[2]","figure":"5 messages/s","used":null},"hold":null,"earliest":"1970-01-01T00:17:10Z"}
        """#,
        #"""
        {"reason":"site_rate","detail":"The limit for site direct:@google from source mta-1 is 1 new connection/\#
        s (rule limits[2]), and that is used up at the moment. The next can go at 1970-01-01T00:17:10Z.","limit"\#
        :{"rule":"limits[2]","figure":"1 new connection/s","used":null},"hold":null,"earliest":"1970-01-01T00:17\#
        :10Z"}
        """#,
        #"""
        {"reason":"site_connections","detail":"The limit for site direct:@google from source mta-1 is 2 connecti\#
        ons (rule limits[2]), and all are in use. It goes when one is free.","limit":{"rule":"limits[2]","figure\#
        ":"2 connections","used":2},"hold":null,"earliest":null}
        """#,
        #"""
        {"reason":"source_rate","detail":"The limit for source mta-1 is 1000 messages/h (rule limits[2]), and th\#
        at is used up at the moment. The next can go at 1970-01-01T00:17:10Z.","limit":{"rule":"limits[2]","figu\#
        re":"1000 messages/h","used":null},"hold":null,"earliest":"1970-01-01T00:17:10Z"}
        """#,
        #"""
        {"reason":"source_rate","detail":"The limit for source mta-1 is 7 new connections/90 s (rule limits[2])\#
        , and that is used up at the moment. The next can go at 1970-01-01T00:17:10Z.","limit":{"rule":"limits[2\#
        ]","figure":"7 new connections/90 s","used":null},"hold":null,"earliest":"1970-01-01T00:17:10Z"}
        """#,
        #"""
        {"reason":"source_rate","detail":"The limit for source mta-1 is 1 connection (rule limits[2]), and it i\#
        s in use. It goes when one is free.","limit":{"rule":"limits[2]","figure":"1 connection","used":1},"hold\#
        ":null,"earliest":null}
        """#,
        #"""
        {"reason":"campaign_rate","detail":"The limit for campaign c1 is 50 messages/2 h (rule limits[2]), and t\#
        hat is used up at the moment. The next can go at 1970-01-01T00:17:10Z.","limit":{"rule":"limits[2]","fig\#
        ure":"50 messages/2 h","used":null},"hold":null,"earliest":"1970-01-01T00:17:10Z"}
        """#,
        #"""
        {"reason":"campaign_rate","detail":"The limit for campaign c1 is 50 new connections/2 days (rule limits[\#
        2]), and that is used up at the moment. The next can go at 1970-01-01T00:17:10Z.","limit":{"rule":"limit\#
        s[2]","figure":"50 new connections/2 days","used":null},"hold":null,"earliest":"1970-01-01T00:17:10Z"}
        """#,
        #"""
        {"reason":"campaign_rate","detail":"The limit for campaign c1 is 3 connections (rule limits[2]), and al\#
        l are in use. It goes when one is free.","limit":{"rule":"limits[2]","figure":"3 connections","used":3},\#
        "hold":null,"earliest":null}
        """#,
        #"""
        {"reason":"tenant_rate","detail":"The limit for tenant t1 is 50 messages/day (rule limits[2]), and tha\#
        t is used up at the moment. The next can go at 1970-01-01T00:17:10Z.","limit":{"rule":"limits[2]","figur\#
        e":"50 messages/day","used":null},"hold":null,"earliest":"1970-01-01T00:17:10Z"}
        """#,
        #"""
        {"reason":"tenant_rate","detail":"The limit for tenant t1 is 50 new connections/2 min (rule limits[2])\#
        , and that is used up at the moment. The next can go at 1970-01-01T00:17:10Z.","limit":{"rule":"limits[2\#
        ]","figure":"50 new connections/2 min","used":null},"hold":null,"earliest":"1970-01-01T00:17:10Z"}
        """#,
        #"""
        {"reason":"tenant_rate","detail":"The limit for tenant t1 is 4 connections (rule limits[2]), and all ar\#
        e in use. It goes when one is free.","limit":{"rule":"limits[2]","figure":"4 connections","used":4},"hol\#
        d":null,"earliest":null}
        """#,
        #"""
        {"reason":"paused","detail":"night shift has suspended site direct:@google (\"blocked since noon\") at 1\#
        970-01-01T00:16:40Z. It stays so until it is resumed.","limit":{"rule":"suspension","figure":"nothing le\#
        aves","used":null},"hold":{"id":"0000000f-4240-7000-8000-000000000063","scope":{"site":"direct:@google",\#
        "source":null,"tenant":null,"campaign":null},"kind":"operator","by":"night shift","reason":"blocked sinc\#
        e noon","since":"1970-01-01T00:16:40Z","until":null},"earliest":null}
        """#,
        #"""
        {"reason":"paused","detail":"ops has suspended tenant 0000000f-4240-7000-8000-000000000001 at 1970-01-01\#
        T00:16:40Z. It ends at 1970-01-01T02:16:40Z.","limit":{"rule":"suspension","figure":"nothing leaves","us\#
        ed":null},"hold":{"id":"0000000f-4240-7000-8000-000000000063","scope":{"site":null,"source":null,"tenant\#
        ":"0000000f-4240-7000-8000-000000000001","campaign":null},"kind":"operator","by":"ops","reason":"","sinc\#
        e":"1970-01-01T00:16:40Z","until":"1970-01-01T02:16:40Z"},"earliest":"1970-01-01T02:16:40Z"}
        """#,
        #"""
        {"reason":"paused","detail":"night shift has suspended tenant 0000000f-4240-7000-8000-000000000001 for s\#
        ite direct:@google (\"blocked since noon\") at 1970-01-01T00:16:40Z. It stays so until it is resumed.","\#
        limit":{"rule":"suspension","figure":"nothing leaves","used":null},"hold":{"id":"0000000f-4240-7000-8000\#
        -000000000063","scope":{"site":"direct:@google","source":null,"tenant":"0000000f-4240-7000-8000-00000000\#
        0001","campaign":null},"kind":"operator","by":"night shift","reason":"blocked since noon","since":"1970-\#
        01-01T00:16:40Z","until":null},"earliest":null}
        """#,
        #"""
        {"reason":"paused","detail":"night shift has suspended campaign 0000000f-4240-7000-8000-000000000003 (\"\#
        blocked since noon\") at 1970-01-01T00:16:40Z. It stays so until it is resumed.","limit":{"rule":"suspen\#
        sion","figure":"nothing leaves","used":null},"hold":{"id":"0000000f-4240-7000-8000-000000000063","scope"\#
        :{"site":null,"source":null,"tenant":null,"campaign":"0000000f-4240-7000-8000-000000000003"},"kind":"ope\#
        rator","by":"night shift","reason":"blocked since noon","since":"1970-01-01T00:16:40Z","until":null},"ea\#
        rliest":null}
        """#,
        #"""
        {"reason":"suspended_by_rule","detail":"The shaping rule google-421 has suspended source mta-1 for sit\#
        e direct:@google after the reply \"421 4.7.28 slow down\" at 1970-01-01T00:16:40Z. It ends at 1970-01-01\#
        T00:26:40Z.","limit":{"rule":"google-421","figure":"nothing leaves","used":null},"hold":{"id":"0000000f-\#
        4240-7000-8000-000000000063","scope":{"site":"direct:@google","source":"mta-1","tenant":null,"campaign":\#
        null},"kind":"rule","by":"google-421","reason":"421 4.7.28 slow down","since":"1970-01-01T00:16:40Z","un\#
        til":"1970-01-01T00:26:40Z"},"earliest":"1970-01-01T00:26:40Z"}
        """#,
        #"""
        {"reason":"source_unavailable","detail":"There is no other source for it, and source mta-1 cannot be use\#
        d: its address is gone. It stays so until it is mended.","limit":{"rule":"source health","figure":"nothi\#
        ng leaves","used":null},"hold":{"id":"0000000f-4240-7000-8000-000000000063","scope":{"site":null,"source\#
        ":"mta-1","tenant":null,"campaign":null},"kind":"source_health","by":"","reason":"its address is gone","\#
        since":"1970-01-01T00:16:40Z","until":null},"earliest":null}
        """#,
        #"""
        {"reason":"source_unavailable","detail":"There is no other source for it, and source mta-1 cannot be use\#
        d: its proxy does not answer. It is tried again at 1970-01-01T00:17:10Z.","limit":{"rule":"source health\#
        ","figure":"nothing leaves","used":null},"hold":{"id":"0000000f-4240-7000-8000-000000000063","scope":{"s\#
        ite":null,"source":"mta-1","tenant":null,"campaign":null},"kind":"source_health","by":"","reason":"its p\#
        roxy does not answer","since":"1970-01-01T00:16:40Z","until":"1970-01-01T00:17:10Z"},"earliest":"1970-01\#
        -01T00:17:10Z"}
        """#,
        #"""
        {"reason":"warmup_cap","detail":"Source mta-1 is being warmed up for google: stage 3 allows 1000 today\#
        , and 1000 have been sent. The next sending day begins at 1970-01-01T11:23:20Z.","limit":{"rule":"warmu\#
        p mta-1/google stage 3","figure":"1000/day","used":1000},"hold":null,"earliest":"1970-01-01T11:23:20Z"}
        """#,
        #"""
        {"reason":"warmup_cap","detail":"The warm-up of source mta-1 for other is held at zero. It stays so unti\#
        l an operator resumes it (martlet warmup resume).","limit":{"rule":"warmup mta-1/other","figure":"0/day"\#
        ,"used":null},"hold":null,"earliest":null}
        """#,
        #"""
        {"reason":"warmup_cap","detail":"The warm-up of source mta-1 for other has not begun: nothing leaves bef\#
        ore its first day, at 1970-01-01T22:30:00Z.","limit":{"rule":"warmup mta-1/other","figure":"0/day","used\#
        ":null},"hold":null,"earliest":"1970-01-01T22:30:00Z"}
        """#,
        #"""
        {"reason":"quota","detail":"Tenant 0000000f-4240-7000-8000-000000000001 may send 5000 a day (rule quotas\#
        [0]), and 5000 have been sent today. The next can go at 1970-01-01T11:23:20Z.","limit":{"rule":"quotas[0\#
        ]","figure":"5000/day","used":5000},"hold":null,"earliest":"1970-01-01T11:23:20Z"}
        """#,
        #"""
        {"reason":"quota","detail":"Campaign 0000000f-4240-7000-8000-000000000003 may send 50 a day (rule quotas\#
        [1]), and 50 have been sent today.","limit":{"rule":"quotas[1]","figure":"50/day","used":50},"hold":null\#
        ,"earliest":null}
        """#,
        #"""
        {"reason":"warmup_cap","detail":"Source mta-1 for google has room in today's cap, but the next part of i\#
        t is not written to disk yet; nothing leaves that a crash could make the queue forget.","limit":null,"ho\#
        ld":null,"earliest":null}
        """#,
        #"""
        {"reason":"quota","detail":"Tenant 0000000f-4240-7000-8000-000000000001 has room in today's cap, but th\#
        e next part of it is not written to disk yet; nothing leaves that a crash could make the queue forget.",\#
        "limit":null,"hold":null,"earliest":null}
        """#,
        #"""
        {"reason":"turn","detail":"Nothing holds it back: other mail to site direct:@google goes first, then i\#
        t is its turn.","limit":null,"hold":null,"earliest":null}
        """#,
        #"""
        {"reason":"disk","detail":"The whole queue rests: the journal cannot be written, so what happens to mai\#
        l could not be remembered. See to the disk of the data folder; it goes on by itself.","limit":null,"hold\#
        ":null,"earliest":null}
        """#,
        #"""
        {"reason":"draining","detail":"The engine is about to end and starts nothing new. The mail goes on afte\#
        r the next start.","limit":null,"hold":null,"earliest":null}
        """#,
    ]
}
