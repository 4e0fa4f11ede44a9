extension ShapingShippedText {
    static let part3 = #"""
          - name: tencent-content
            provider: [tencent]
            code: [5xx]
            text: ["mail content denied", "message is rejected by * anti-spam"]
            trigger: 10/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726"
          - name: tencent-suspected
            provider: [tencent]
            code: [5xx]
            text: ["suspected spam ip", "suspected bounce attacks"]
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "550 Suspected spam ip http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726"
          - name: netease-pace
            provider: [netease]
            code: [4xx, 5xx]
            text: ["hl:rep", "hl:ifc", "hl:icc", "hl:mep", "mi:dmc", "rp:drc"]
            limit: {connections: 1, messages_per_connection: 5, message_rate: 1/s}
            on: site+source
            for: 2h
            example:
              - "421 HL:IFC 163 mx12,PsmowAC3x0: http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.25&hostid=mx12"
          - name: netease-address-suspended
            provider: [netease]
            code: [4xx, 5xx]
            text: ["hl:ihu", "hl:ipb", "dt:rbl", "wm:bli"]
            actions: [suspend]
            on: site+source
            for: 4h
            example:
              - "554 HL:IHU 163 mx7,P8CowAD3x: http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.25&hostid=mx7"
          - name: netease-sender-pace
            provider: [netease]
            code: [4xx, 5xx]
            text: ["mi:sfq", "mi:stc", "rp:qrc", "rp:trc"]
            actions: [suspend]
            on: tenant
            for: 30min
            example:
              - "451 MI:SFQ 163 mx11,Q8CowEC: http://mail.163.com/help/help_spam_16.htm"
          - name: netease-content
            provider: [netease]
            code: [4xx, 5xx]
            text: ["dt:spm", "dt:sum"]
            trigger: 10/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "554 DT:SPM 163 mx8,QMCowAD: http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.25&hostid=mx8"
          - name: naver-address-blocked
            provider: [naver]
            code: [4xx, 5xx]
            text: ["ip blocked from this server", "your ip blocked"]
            actions: [suspend]
            on: site+source
            for: 2h
            example:
              - "421 4.3.2 Your ip blocked from this server 192.0.2.25."

          # ---- Filters that stand before many organisations ----------------------------------------------------------------
          - name: proofpoint-address-blocked
            code: [4xx, 5xx]
            text: ["ipcheck.proofpoint.com", "blocked - see https://support.proofpoint.com", "dynamic reputation * proofpoint"]
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.25"
          - name: proofpoint-pace
            provider: [proofpoint]
            code: [4xx]
            text: ["too many connections", "too many concurrent", "rate limit", "throttl", "please try again later"]
            trigger: 3/10min
            actions: [slow(50%)]
            on: site+source
            for: 30min
            example:
              - "421 4.7.0 mx0a-00000001.pphosted.com Too many concurrent connections, please try again later"
          - name: mimecast-address-refused
            provider: [mimecast]
            code: [5xx]
            text: ["host network not allowed", "host network, not allowed", "local ct ip reputation", "ip found in rbl",
              "email rejected due to security policies - mcspam"]
            trigger: 2/10min
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "554 Host network not allowed - https://community.mimecast.com/docs/DOC-1369#554 [Zk1a]"
          - name: mimecast-trouble
            provider: [mimecast]
            code: [421, 451]
            text: ["internal resources are temporarily unavailable", "resources temporarily unavailable", "account service is"]
            trigger: 20/5min
            actions: [slow(50%)]
            on: site
            for: 15min
            example:
              - "451 Internal resources are temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451 [mC3r]"
          - name: mimecast-content
            provider: [mimecast]
            code: [5xx]
            text: ["spam signature", "message is considered spam", "anti-spoofing policy", "rejected by header based"]
            trigger: 10/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "554 Email rejected due to spam signature. https://community.mimecast.com/docs/DOC-1369#554 [h2Q]"
          - name: barracuda-reputation
            code: [4xx, 5xx]
            text: ["barracuda reputation", "barracudanetworks.com/reputation", "barracudacentral.org"]
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "554 Service unavailable; Client host [192.0.2.25] blocked using Barracuda Reputation;
                http://www.barracudanetworks.com/reputation/?r=1&ip=192.0.2.25"
          - name: barracuda-pace
            provider: [barracuda]
            code: [4xx]
            text: ["too many concurrent", "too many connections", "rate control", "rate limit", "too many messages"]
            actions: [slow(50%)]
            on: site+source
            for: 30min
            example:
              - "421 Too many concurrent SMTP connections; please try again later."
          # Cisco Secure Email, in the cloud and at home: AsyncOS user guide, "Mail Flow Policies".
          - name: cisco-reputation
            code: [4xx, 5xx]
            text: ["sending mta's poor reputation", "rejected due to the sending mta", "talosintelligence.com", "senderbase.org"]
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "554 esa1.example.iphmx.com Your access to this mail system has been rejected due to the sending MTA's poor
                reputation. If you believe that this failure is in error, please contact the intended recipient."
          - name: cisco-recipients-per-hour
            code: [4xx]
            text: ["too many recipients received this hour", "too many recipients received from the sender"]
            limit: {message_rate: 60/1h}
            on: site+source
            for: 1h
            example:
              - "452 #4.5.3 Too many recipients received this hour."
          - name: cisco-connections
            provider: [cisco]
            code: [421, 45x]
            text: ["#4.4.5 too many", "too many tls connections", "too many connections from your host"]
            limit: {connections: 1}
            on: site+source
            for: 30min
            example:
              - "421 #4.4.5 Too many connections from your host."
          - name: symantec-refused
            provider: [symantec]
            code: [4xx, 5xx]
            text: ["connection rejected by policy", "please visit www.messagelabs.com/support", "symanteccloud.com"]
            trigger: 3/10min
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "501 Connection rejected by policy [7.7] 2345, please visit www.messagelabs.com/support for more details about this
                error message."
          - name: trendmicro-reputation
            code: [4xx, 5xx]
            text: ["trend micro email reputation", "trend micro rbl", "mail-abuse.com/cgi-bin/lookup", "ers.trendmicro.com"]
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "550 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using Trend Micro Email Reputation Service. Please
                see http://www.mail-abuse.com/cgi-bin/lookup?ip_address=192.0.2.25"
          - name: cloudmark-reputation
            code: [4xx, 5xx]
            text: ["csi.cloudmark.com", "cloudmark sender intelligence", "cloudmark.com/en/csi"]
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "550 5.7.1 192.0.2.25 is listed by Cloudmark Sender Intelligence; see https://csi.cloudmark.com/en/reset/"
          # www.godaddy.com/help: the bounce codes of Workspace Email begin with IB.
          - name: godaddy-address-refused
            provider: [godaddy]
            code: [4xx, 5xx]
            text: ["ib103", "ib104", "ib105", "ib108", "ib109", "ib110", "ib111", "ib112", "ib007"]
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "554 p3plibsmtp01-10.prod.phx3.secureserver.net bizsmtp Connection refused. 192.0.2.25 has a poor reputation. IB103"
          - name: godaddy-pace
            provider: [godaddy]
            code: [4xx, 5xx]
            text: ["ib605", "ib501", "ib506", "ib607", "ib805"]
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "421 p3plibsmtp02-05.prod.phx3.secureserver.net Too many connections, try later. IB605"

          # ---- Lists that receivers everywhere ask -------------------------------------------------------------------------
          # Of addresses. Where another source is not listed it takes over; the delisting is for people.
          - name: spamhaus-address
            code: [4xx, 5xx]
            text: ["zen.spamhaus", "sbl.spamhaus", "xbl.spamhaus", "pbl.spamhaus", "sbl-xbl.spamhaus", "spamhaus.org/query",
              "spamhaus.org/sbl", "spamhaus.org/pbl", "check.spamhaus.org", "using spamhaus", "listed by spamhaus"]
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.spamhaus.org;
                https://www.spamhaus.org/query/ip/192.0.2.25"
          - name: spamcop
            code: [4xx, 5xx]
            text: ["bl.spamcop.net", "spamcop.net/bl.shtml"]
            actions: [failover]
            on: site+source
            for: 2h
            example:
              - "554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using bl.spamcop.net; Blocked - see
                https://www.spamcop.net/bl.shtml?192.0.2.25"
          # Levels 2 and 3 list whole networks: all sources of one network fail alike, so this does not last long.
          - name: uceprotect
            code: [4xx, 5xx]
            text: ["uceprotect.net", "uceprotect-level", "dnsbl-1.uceprotect", "dnsbl-2.uceprotect", "dnsbl-3.uceprotect"]
            actions: [failover]
            on: site+source
            for: 1h
            example:
              - "550 5.7.1 Your host [192.0.2.25] is listed at dnsbl-1.uceprotect.net"
          - name: abusix
            code: [4xx, 5xx]
            text: ["mail.abusix.zone", "lookup.abusix.com", "abusix mail intelligence"]
            actions: [failover]
            on: site+source
            for: 2h
            example:
              - "554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using combined.mail.abusix.zone; see
                https://lookup.abusix.com/search?q=192.0.2.25"
          - name: other-address-lists
            code: [4xx, 5xx]
            text: ["psbl.surriel", "sip.invaluement", "bl.mailspike", "truncate.gbudb", "dnsbl.sorbs", "dnsbl.dronebl",
              "ix.dnsbl.manitu", "bl.score.senderscore", "cbl.abuseat", "ips.backscatterer", "bl.blocklist.de", "all.s5h.net",
              "hostkarma.junkemailfilter", "spam.dnsbl"]
            actions: [failover]
            on: site+source
            for: 2h
            example:
              - "554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using psbl.surriel.com; Listed in PSBL"
          # Of domains: links and senders, so whose mail it is.
          - name: domain-lists
            code: [4xx, 5xx]
            text: ["dbl.spamhaus", "spamhaus.org/dbl", "multi.surbl", "surbl.org", "multi.uribl", "black.uribl", "uribl.com",
              "uri.invaluement", "hosts listed in * url"]
            trigger: 3/10min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "554 5.7.1 Service unavailable; Sender address blocked using dbl.spamhaus.org; https://www.spamhaus.org/dbl"

          # ---- What any server may say -------------------------------------------------------------------------------------
          # Postfix, Exim, Sendmail and Exchange in their own words.
          - name: too-many-connections
            code: [4xx]
            text: ["too many connections", "too many concurrent", "too many simultaneous", "too many open connections",
              "too many sessions", "maximum number of concurrent connections", "concurrent connection limit",
              "connection limit exceeded", "connection count exceeded", "maximum number of connections"]
            limit: {connections: 2}
            on: site+source
            for: 30min
            example:
              - "421 4.7.0 mx.example.net Error: too many connections from 192.0.2.25"
              - "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel"
          - name: connection-rate
            code: [4xx]
            text: ["connection rate limit", "connection rate exceeded", "connecting too frequently", "connecting too often",
              "too many new connections", "reconnecting too fast"]
            limit: {connection_rate: 6/1m, connections: 2}
            on: site+source
            for: 30min
            example:
              - "421 4.3.2 Connection rate limit exceeded."
          - name: message-rate
            code: [4xx]
            text: ["too much mail from", "too many messages", "too many mails", "too many emails", "message rate limit",
              "submission rate for this client", "sending too fast", "sending rate", "sending messages too fast",
              "please slow down", "try again slower", "message rate exceeded", "has exceeded the rate limit", "exceeded its rate limit",
              "temporarily rate limited", "throttled due to", "throttling"]
            actions: [slow(50%)]
            on: site+source
            for: 30min
            example:
              - "450 4.7.1 Error: too much mail from 192.0.2.25"
              - "421 4.4.2 Message submission rate for this client has exceeded the configured limit"
          - name: needs-name
            code: [4xx, 5xx]
            text: ["cannot find your reverse hostname", "cannot find your hostname", "no reverse dns", "reverse dns lookup failed",
              "missing ptr record", "no ptr record", "does not have a ptr", "invalid ptr", "must have a ptr", "fcrdns"]
            trigger: 3/10min
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.25]"
              - "550 5.7.25 The sending IP address does not have a PTR record"
          - name: poor-reputation
            code: [4xx, 5xx]
            text: ["a poor reputation", "has poor reputation", "to poor reputation", "poor ip reputation", "bad reputation",
              "low reputation", "poor sender reputation"]
            trigger: 2/10min
            actions: [failover]
            on: site+source
            for: 2h
            example:
              - "550 5.7.1 Rejected: 192.0.2.25 has a poor reputation at this site"
          - name: address-blocked
            code: [4xx, 5xx]
            text: ["your ip has been blocked", "your ip address has been blocked", "your ip is blocked", "ip temporarily blocked",
              "ip has been temporarily blocked", "your ip address * temporarily blocked", "banned sending ip", "your ip is banned",
              "your host has been temporarily blocked"]
            actions: [suspend]
            on: site+source
            for: 1h
            example:
              - "421 4.7.1 Your IP has been temporarily blocked, try again in a while"
          - name: spam-content
            code: [5xx]
            text: ["high probability of spam", "identified as spam", "classified as spam", "detected as spam", "considered spam",
              "looks like spam", "message content rejected", "rejected as spam", "spam message rejected", "rejected due to spam"]
            trigger: 20/10min
            actions: [suspend]
            on: tenant
            for: 30min
            example:
              - "550 5.7.1 High probability of spam"
              - "554 5.7.1 Message rejected as spam by Content Filtering."
          - name: not-authenticated
            code: [5xx]
            text: ["dmarc", "dkim verification failed", "dkim signature * invalid"]
            trigger: 20/10min
            actions: [suspend]
            on: tenant
            for: 30min
            example:
              - "550 5.7.1 Rejected by the DMARC policy of example.com"
          - name: receiver-overloaded
            code: [421, 45x]
            text: ["insufficient system storage", "insufficient system resources", "server too busy", "load average",
              "system load", "server is overloaded", "temporarily overloaded", "resources temporarily unavailable"]
            trigger: 5/5min
            actions: [slow(50%)]
            on: site
            for: 15min
            example:
              - "452 4.3.1 Insufficient system storage"
              - "421 4.3.2 Server too busy, try again later"

        """#
}
