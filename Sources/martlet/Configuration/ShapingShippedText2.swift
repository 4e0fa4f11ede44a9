extension ShapingShippedText {
    static let part2 = #"""
          - name: apple-policy
            provider: [apple]
            code: [55x]
            text: ["rejected due to local policy"]
            trigger: 10/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "550 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137"
          - name: apple-not-authenticated
            provider: [apple]
            code: [55x]
            text: ["dmarc"]
            trigger: 5/10min
            actions: [suspend]
            on: tenant
            for: 2h
            example:
              - "554 5.7.1 Your message was rejected due to example.com's DMARC policy. See https://support.apple.com/en-us/HT204137"

          # ---- Comcast: postmaster.comcast.net, mail error codes -----------------------------------------------------------
          - name: comcast-pace
            provider: [comcast]
            code: [421, 45x]
            text: ["throttled - ", "rl00000", "rl00001", "try again later, too many"]
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "421 4.1.0 192.0.2.25 Throttled - try again later. Please see http://postmaster.comcast.net/smtp-error-codes.php
                #RL000001"
          - name: comcast-sessions
            provider: [comcast]
            code: [421, 45x]
            text: ["too many sessions", "too many connections"]
            limit: {connections: 2}
            on: site+source
            for: 1h
            example:
              - "421 resimta-c1p-034.sys.comcast.net resimta-c1p-034 Too many sessions opened, please try again later"
          - name: comcast-address-blocked
            provider: [comcast]
            code: [5xx]
            text: ["comcast block for spam", "blocked for spam", "bl00000", "bl00001"]
            actions: [suspend]
            on: site+source
            for: 4h
            example:
              - "554 resimta-c1p-034.sys.comcast.net resimta-c1p-034 192.0.2.25 Comcast block for spam. Please see
                http://postmaster.comcast.net/smtp-error-codes.php#BL000000"
          - name: comcast-needs-name
            provider: [comcast]
            code: [4xx, 5xx]
            text: ["must have a ptr record", "#pt00000"]
            trigger: 2/10min
            actions: [failover]
            on: site+source
            for: 6h
            example:
              - "554 resimta.sys.comcast.net Comcast requires that all mail servers must have a PTR record with a valid Reverse DNS
                entry. 192.0.2.25 - Please see http://postmaster.comcast.net/smtp-error-codes.php#PT000001"

          # ---- Cox, Charter ------------------------------------------------------------------------------------------------
          - name: cox-pace
            provider: [cox]
            code: [4xx, 5xx]
            text: ["cxcnct", "cxmxrt", "cxthrt", "cxsnt", "too many sessions"]
            limit: {connections: 1, messages_per_connection: 10}
            on: site+source
            for: 1h
            example:
              - "421 cxr.cox.net too many sessions from 192.0.2.25. CXCNCT - Refer to Error Codes section at
                https://www.cox.com/residential/support/email-error-codes.html"
          - name: cox-address-listed
            provider: [cox]
            code: [5xx]
            text: ["cxbl", "cdrbl", "blocked. refer to error codes"]
            actions: [suspend]
            on: site+source
            for: 4h
            example:
              - "554 cxr.cox.net ESMTP server not available 192.0.2.25 blocked. CXBL - Refer to Error Codes section"
          - name: charter-address-blocked
            provider: [charter]
            code: [5xx]
            text: ["aup#in-", "aup#i-", "aup#1260", "aup#1310", "aup#bl"]
            actions: [suspend]
            on: site+source
            for: 4h
            example:
              - "557 5.7.1 192.0.2.25 blocked. Please see https://www.spectrum.net/support/internet/understanding-email-error-codes
                AUP#In-1310"
          - name: charter-pace
            provider: [charter]
            code: [4xx]
            text: ["aup#", "try again later", "too many"]
            trigger: 3/10min
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "421 4.7.1 192.0.2.25 rate limited, try again later. AUP#Out-1130"

          # ---- Orange, Free, SFR, La Poste ---------------------------------------------------------------------------------
          # postmaster.orange.fr, error codes; La Poste uses the same numbers: OFR004_104 and LPN105_104 mean the same.
          - name: orange-connections
            provider: [orange, laposte]
            code: [4xx, 5xx]
            text: ["_104 ", "too many connections", "trop de connexions"]
            limit: {connections: 1, message_rate: 1/s}
            on: site+source
            for: 1h
            example:
              - "421 mwinf5c43 ME Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down.
                OFR004_104 [104]"
              - "421 4.7.0 Too many connections, slow down. LPN105_104"
          - name: orange-messages-per-connection
            provider: [orange, laposte]
            code: [4xx, 5xx]
            text: ["_109 "]
            limit: {messages_per_connection: 20}
            on: site+source
            for: 6h
            example:
              - "421 4.2.0 Veuillez essayer plus tard. LPN003_109"
          - name: orange-refuses-service
            provider: [orange, laposte]
            code: [4xx]
            text: ["_105 ", "_108 ", "_999 "]
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "421 mwinf5c77 ME Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR_999 [999]"
          - name: orange-refuses-service-goes-on
            provider: [orange, laposte]
            code: [4xx]
            text: ["_105 ", "_108 ", "_999 "]
            trigger: 30/10min
            actions: [suspend]
            on: site+source
            for: 2h
            example:
              - "421 mwinf5c20 ME Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR_108 [108]"
          - name: orange-trouble
            provider: [orange, laposte]
            code: [4xx]
            text: ["_505 "]
            trigger: 20/5min
            actions: [slow(50%)]
            on: site
            for: 30min
            example:
              - "421 4.2.0 Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR005_505 [505]"
          # By Abusix, Spamhaus, Cloudmark.
          - name: orange-address-listed
            provider: [orange, laposte]
            code: [4xx, 5xx]
            text: ["_100 ", "_101 ", "_102 "]
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "550 mwinf5c04 ME Adresse IP source bloquee pour incident de spam. Client host blocked for spamming issues. OFR006_102
                Ref http://csi.cloudmark.com/reset-request/?ip=192.0.2.25 [102]"
          # By themselves.
          - name: orange-address-blocked
            provider: [orange, laposte]
            code: [4xx, 5xx]
            text: ["_103 ", "_510 "]
            actions: [suspend]
            on: site+source
            for: 6h
            example:
              - "550 mwinf5c10 ME Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR006_103 192.0.2.25
                [103]"
          - name: orange-needs-name
            provider: [orange, laposte]
            code: [4xx, 5xx]
            text: ["_107 ", "_201 "]
            trigger: 2/10min
            actions: [failover]
            on: site+source
            for: 6h
            example:
              - "550 5.7.1 Service refuse. Veuillez essayer plus tard. Service refused, please try later. LPN006_107"
          - name: orange-not-authenticated
            provider: [orange, laposte]
            code: [4xx, 5xx]
            text: ["_515 ", "_517 ", "_519 ", "_535 ", "_401 ", "spf/dns de votre nom de domaine"]
            trigger: 5/10min
            actions: [suspend]
            on: tenant
            for: 2h
            example:
              - "571 5.7.1 Message refused, DMARC verification Failed. Message refuse, verification DMARC en echec LPN007_517"
          - name: orange-content
            provider: [orange, laposte]
            code: [5xx]
            text: ["_506 ", "_513 "]
            trigger: 10/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "550 5.2.0 Mail rejete. Mail rejected. OFR_506 [506]"
          - name: orange-domain-listed
            provider: [orange, laposte]
            code: [4xx, 5xx]
            text: ["_425 "]
            trigger: 3/10min
            actions: [suspend]
            on: tenant
            for: 2h
            example:
              - "550 5.7.1 Service refuse. Service refused, please try later. OFR_425 [425]"
          - name: free-too-many-spams
            provider: [free]
            code: [4xx, 5xx]
            text: ["too many spams from your ip", "spams from your ip"]
            actions: [suspend]
            on: site+source
            for: 4h
            example:
              - "550 Too many spams from your IP (192.0.2.25), please visit http://postmaster.free.fr/"
          - name: free-content
            provider: [free]
            code: [5xx]
            text: ["spam detected"]
            trigger: 5/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "550 spam detected"
          - name: sfr-connections
            provider: [sfr]
            code: [4xx]
            text: ["too many connections", "trop de connexions", "too many mails", "too many messages"]
            limit: {connections: 1, message_rate: 1/s}
            on: site+source
            for: 1h
            example:
              - "421 4.7.0 msfrf2112.sfr.fr Too many connections from 192.0.2.25, try again later"
          - name: sfr-refused
            provider: [sfr]
            code: [5xx]
            text: ["message refused", "rejected as spam", "considered as spam"]
            trigger: 5/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "550 5.7.1 Message refused: considered as spam"
          # The rate of spam, and of recipients that are not there, of an address.
          - name: sfr-address-blocked
            provider: [sfr]
            code: [4xx, 5xx]
            text: ["gu_eib_04", "gu_eib_02"]
            actions: [suspend]
            on: site+source
            for: 4h
            example:
              - "421 4.7.1 Message refused by policy. GU_EIB_04"

          # ---- GMX, WEB.DE, mail.com, IONOS: postmaster.gmx.net/en/error-messages -----------------------------------------
          - name: gmx-address-listed
            provider: [gmx, ionos]
            code: [4xx, 5xx]
            text: ["ip address is black listed", "ip address is block listed"]
            actions: [suspend]
            on: site+source
            for: 6h
            example:
              - "554 gmx.net (mxgmx016) Nemesis ESMTP Service not available. No SMTP service. IP address is black listed. For
                explanation visit https://postmaster.gmx.net/en/error-messages?ip=192.0.2.25&c=bl"
          - name: gmx-policy
            provider: [gmx, ionos]
            code: [5xx]
            text: ["reject due to policy restrictions", "rejected due to policy restrictions"]
            trigger: 10/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "554 Transaction failed. Reject due to policy restrictions. For explanation visit
                https://postmaster.gmx.net/en/error-messages?ip=192.0.2.25&c=hi"
          - name: gmx-pace
            provider: [gmx, ionos]
            code: [4xx]
            text: ["mail send limit exceeded", "too many connections", "too many concurrent", "rate limit", "connection limit"]
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "450 Requested mail action not taken: mailbox unavailable. Mail send limit exceeded. For explanation visit
                https://postmaster.gmx.net/en/error-messages?ip=192.0.2.25&c=sl"
          - name: gmx-needs-name
            provider: [gmx, ionos]
            code: [4xx, 5xx]
            text: ["bad dns ptr resource record"]
            actions: [failover]
            on: site+source
            for: 6h
            example:
              - "554 web.de (mxweb012) Nemesis ESMTP Service not available. No SMTP service. Bad DNS PTR resource record."

          # ---- Deutsche Telekom --------------------------------------------------------------------------------------------
          # Addresses are let in one by one: nothing changes until the postmaster has been written to.
          - name: telekom-address-refused
            provider: [telekom]
            code: [5xx]
            text: ["ask your postmaster for help or to contact", "a problem occurred. (ask your postmaster"]
            actions: [failover]
            on: site+source
            for: 12h
            example:
              - "554 IP=192.0.2.25 - A problem occurred. (Ask your postmaster for help or to contact tobr@rx.t-online.de to clarify.)"
          - name: telekom-pace
            provider: [telekom]
            code: [4xx]
            text: ["too many connections", "too many messages", "rate limit", "try again later"]
            trigger: 3/10min
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "421 4.7.0 mailin21.aul.t-online.de Too many connections from your host. Try again later."

          # ---- Mail.ru, Yandex ---------------------------------------------------------------------------------------------
          - name: mailru-address-blocked
            provider: [mailru]
            code: [4xx, 5xx]
            text: ["access from ip address * blocked", "your ip * blocked"]
            actions: [suspend]
            on: site+source
            for: 4h
            example:
              - "550 Access from ip address 192.0.2.25 blocked. Visit http://help.mail.ru/notspam-support/id?c=x"
          - name: mailru-content
            provider: [mailru]
            code: [5xx]
            text: ["spam message rejected", "spam message discarded"]
            trigger: 10/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=x or report details to postmaster"
          - name: mailru-pace
            provider: [mailru]
            code: [4xx]
            text: ["ratelimit", "rate limit", "too many connections", "too many messages", "try again later"]
            trigger: 3/10min
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "451 Ratelimit exceeded for your host, try again later"
          - name: mailru-needs-name
            provider: [mailru]
            code: [4xx, 5xx]
            text: ["dynamic ip", "reverse dns", "ptr record"]
            trigger: 2/10min
            actions: [failover]
            on: site+source
            for: 6h
            example:
              - "550 We do not accept mail from hosts with dynamic IP or generic DNS PTR-records. Please visit
                http://help.mail.ru/mail-help/postmaster"
          - name: yandex-content
            provider: [yandex]
            code: [5xx]
            text: ["under suspicion of spam", "spam limit exceeded"]
            trigger: 10/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "554 5.7.1 [2] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc"
          - name: yandex-pace
            provider: [yandex]
            code: [4xx]
            text: ["too many connections", "too many concurrent", "service is currently unavailable", "rate limit"]
            trigger: 3/10min
            actions: [slow(50%)]
            on: site+source
            for: 30min
            example:
              - "451 4.7.1 Sorry, the service is currently unavailable. Please come back later."

          # ---- Zoho --------------------------------------------------------------------------------------------------------
          - name: zoho-pace
            provider: [zoho]
            code: [4xx]
            text: ["too many requests", "too many connections", "rate limit", "try again later"]
            trigger: 3/10min
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "421 4.7.0 Too many requests from 192.0.2.25, try again later"
          - name: zoho-content
            provider: [zoho]
            code: [5xx]
            text: ["flagged as spam", "spam mail"]
            trigger: 10/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "554 5.7.7 Email cannot be delivered. Reason: Email flagged as Spam."
          - name: zoho-address-listed
            provider: [zoho]
            code: [5xx]
            text: ["rejected due to listing", "ip address * blocked", "blocked ip"]
            actions: [failover]
            on: site+source
            for: 4h
            example:
              - "550 5.7.1 Mail from IP 192.0.2.25 was rejected due to listing in a block list"

          # ---- Tencent (QQ, Exmail): service.mail.qq.com; NetEase (163, 126, yeah): help.mail.163.com ---------------------
          - name: tencent-pace
            provider: [tencent]
            code: [4xx, 5xx]
            text: ["ip frequency limited", "connection frequency limited", "connection denied"]
            actions: [suspend]
            on: site+source
            for: 1h
            example:
              - "550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000725"
          - name: tencent-sender-pace
            provider: [tencent]
            code: [4xx, 5xx]
            text: ["domain frequency limited", "sender frequency limited", "mail from * frequency limited"]
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "550 Domain frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726"

        """#
}
