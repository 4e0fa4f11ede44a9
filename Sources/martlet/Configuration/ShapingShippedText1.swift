extension ShapingShippedText {
    static let part1 = #"""
        # How large receivers want to be sent to, and what to do when they say so. Open data: corrections are welcome, with the
        # reply as it came in.
        #
        # Your own shaping.yaml has the same form. It stands on top of this one (include_shipped: true): a rule with the name of
        # one of these takes its place, `disabled: true` under that name takes it away.
        #
        #   - name: unique; what holds, limits and `martlet explain` call it
        #     provider: [google]       where the reply came from; without any of the four: everywhere
        #     host: [olc.protection.outlook.com]   suffix of the answering host    site: [...]   exit: [...]
        #     code: [421, 45x, 5xx]    what it says: one of each list that is there must hold
        #     enhanced: [4.7.28, x.7.1]
        #     text: ["words of * reply"]           any case; one blank is any white space; * is up to 60 bytes. No expressions.
        #     trigger: 5/10min         that many replies in that time; without it each reply counts (immediate)
        #     actions: [suspend, slow(50%), failover, bounce, retry-in(15min)]
        #     limit: {connections: 2, message_rate: 1/s}    an action, too
        #     on: tenant | site+source | site      who is counted and who has to wait. Default: tenant, the tenant's mail to
        #                                          that site; for slow, limit and failover site+source
        #     for: 1h                  how long after the last such reply
        #     continue: true           less specific rules may act as well. Order: site, host, provider, everywhere.
        #     example: ["421 4.7.28 ..."]          replies that this rule must match, tested whenever the file is read
        #
        # The principles. What is said about an address of ours (pace, reputation, lists) concerns site+source: other sources
        # and other sites go on. What is said about content or a sender's domain concerns the tenant who sent it. Only a
        # receiver's own trouble slows a whole site. Where another address may well be welcome, the pool fails over; after a
        # reputation block mail is not moved to the next address, which would be blocked next, but waits.
        version: 2026-11-21

        # ---- Limits --------------------------------------------------------------------------------------------------------
        # As in martlet.yaml, whose own limits come before these, figure by figure. They are for the whole site. Few receivers
        # publish figures; where they do it is said so, the rest is what senders have settled on. All are on the careful side.
        limits:
          # No figure published; the bulk sender guidelines (support.google.com/mail/answer/81126) ask for few connections and
          # slow increases.
          - {match: "provider:google", connections: 20, messages_per_connection: 50}
          # sendersupport.olc.protection.outlook.com/pm/policies.aspx: no more than 500 connections without an agreement.
          - {match: "provider:microsoft", connections: 20, messages_per_connection: 100}
          # senders.yahooinc.com/best-practices: 20 messages for each connection.
          - {match: "provider:yahoo", connections: 20, messages_per_connection: 20}
          - {match: "provider:apple", connections: 10, messages_per_connection: 50}
          # postmaster.comcast.net: 25 connections for an address of good standing, fewer for a new one.
          - {match: "provider:comcast", connections: 10, messages_per_connection: 250}
          - {match: "provider:cox", connections: 5, messages_per_connection: 50}
          - {match: "provider:charter", connections: 5, messages_per_connection: 50}
          # postmaster.orange.fr: 2 connections for each address, 100 messages for each connection. The other French receivers
          # count connections, too.
          - {match: "provider:orange", connections: 2, messages_per_connection: 100, message_rate: 10/s}
          - {match: "provider:free", connections: 2, messages_per_connection: 50, message_rate: 5/s}
          - {match: "provider:sfr", connections: 2, messages_per_connection: 50, message_rate: 5/s}
          - {match: "provider:laposte", connections: 2, messages_per_connection: 50, message_rate: 5/s}
          # postmaster.gmx.net, postmaster.mail.com: 100 messages for each connection.
          - {match: "provider:gmx", connections: 10, messages_per_connection: 100}
          - {match: "provider:ionos", connections: 10, messages_per_connection: 100}
          - {match: "provider:telekom", connections: 5, messages_per_connection: 100}
          - {match: "provider:freenet", connections: 5, messages_per_connection: 50}
          - {match: "provider:mailru", connections: 10, messages_per_connection: 50}
          - {match: "provider:yandex", connections: 10, messages_per_connection: 50}
          - {match: "provider:zoho", connections: 5, messages_per_connection: 50}
          # Both answer pace with refusals of an hour and more, so begin low.
          - {match: "provider:tencent", connections: 3, messages_per_connection: 20, connection_rate: 30/1m, message_rate: 5/s}
          - {match: "provider:netease", connections: 3, messages_per_connection: 20, connection_rate: 30/1m, message_rate: 5/s}
          - {match: "provider:naver", connections: 3, messages_per_connection: 50}
          - {match: "provider:libero", connections: 5, messages_per_connection: 50}
          - {match: "provider:seznam", connections: 5, messages_per_connection: 50}
          - {match: "provider:wp", connections: 5, messages_per_connection: 50}
          - {match: "provider:godaddy", connections: 5, messages_per_connection: 50}
          - {match: "provider:rackspace", connections: 10, messages_per_connection: 50}
          # Filters in front of many organisations: what they refuse, they refuse for all of them.
          - {match: "provider:proofpoint", connections: 10, messages_per_connection: 50}
          - {match: "provider:mimecast", connections: 10, messages_per_connection: 50}
          - {match: "provider:barracuda", connections: 10, messages_per_connection: 50}
          - {match: "provider:cisco", connections: 10, messages_per_connection: 50}
          - {match: "provider:symantec", connections: 10, messages_per_connection: 50}

        # ---- Rules ---------------------------------------------------------------------------------------------------------
        rules:
          # ---- Google: support.google.com/a/answer/3726730 (SMTP errors and codes) -----------------------------------------
          - name: google-rate-of-address
            provider: [google]
            enhanced: [4.7.28]
            text: ["unusual rate of * originating from your ip address", "mail sent from your ip address has been temporarily"]
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address. To protect our
                users from spam, mail sent from your IP address has been temporarily rate limited."
          # The same, again and again: half the pace is still too much.
          - name: google-rate-of-address-goes-on
            provider: [google]
            enhanced: [4.7.28]
            text: ["unusual rate of * originating from your ip address", "mail sent from your ip address has been temporarily"]
            trigger: 50/10min
            actions: [suspend]
            on: site+source
            for: 30min
            example:
              - "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address. To protect
                our users from spam, mail sent from your IP address has been temporarily rate limited."
          - name: google-rate-of-network
            provider: [google]
            enhanced: [4.7.28]
            text: ["originating from your ip netblock"]
            actions: [slow(25%)]
            on: site+source
            for: 2h
            example:
              - "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP Netblock [192.0.2.0/24]."
          - name: google-rate-of-domain
            provider: [google]
            enhanced: [4.7.28]
            text: ["originating from your dkim domain", "originating from your spf domain", "originating from your url domain",
              "containing one of your url domains"]
            trigger: 3/10min
            actions: [suspend]
            on: tenant
            for: 30min
            example:
              - "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your DKIM domain [example.com 35].
                To protect our users from spam, mail sent from your domain has been temporarily rate limited."
          - name: google-address-blocked
            provider: [google]
            code: [5xx]
            enhanced: [5.7.1, 5.7.28]
            text: ["unusual rate of unsolicited mail", "very low reputation of the sending ip"]
            trigger: 3/10min
            actions: [suspend]
            on: site+source
            for: 2h
            example:
              - "550 5.7.1 [192.0.2.25 19] Gmail has detected that this message is likely suspicious due to the very low reputation
                of the sending IP address. To best protect our users from spam, the message has been blocked."
          - name: google-domain-reputation
            provider: [google]
            text: ["very low reputation of the sending domain"]
            trigger: 5/10min
            actions: [suspend]
            on: tenant
            for: 2h
            example:
              - "550 5.7.1 [192.0.2.25 19] Our system has detected that this message is likely suspicious due to the very low
                reputation of the sending domain. To best protect our users from spam, the message has been blocked."
          - name: google-likely-unsolicited
            provider: [google]
            text: ["likely unsolicited mail", "suspicious due to the nature of the content"]
            trigger: 20/1h
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "550 5.7.1 [192.0.2.25 12] Our system has detected that this message is likely unsolicited mail. To reduce the amount
                of spam sent to Gmail, this message has been blocked."
              - "421 4.7.0 [192.0.2.25 15] Our system has detected that this message is suspicious due to the nature of the content
                and/or the links within."
          - name: google-not-authenticated
            provider: [google]
            enhanced: [x.7.26, x.7.27, x.7.30, x.7.32, x.7.40]
            trigger: 10/10min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "550 5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to
                authenticate with either SPF or DKIM."
              - "421 4.7.32 Your email has been rate limited because the From: header (RFC5322) in this message isn't aligned with
                either the authenticated SPF or DKIM organizational domain."
          # Another address of the pool may have its names in order.
          - name: google-needs-name
            provider: [google]
            enhanced: [x.7.23, x.7.25]
            trigger: 3/10min
            actions: [failover]
            on: site+source
            for: 6h
            example:
              - "550 5.7.25 [192.0.2.25] The IP address sending this message does not have a PTR record setup, or the corresponding
                forward DNS entry does not point to the sending IP."
          - name: google-needs-tls
            provider: [google]
            enhanced: [4.7.29]
            trigger: 5/10min
            actions: [failover]
            on: site+source
            for: 1h
            example:
              - "421 4.7.29 Your email has been rate limited because this message wasn't sent over a TLS connection."
          # One recipient's mailbox, not our pace.
          - name: google-recipient-rate
            provider: [google]
            code: [45x]
            enhanced: [4.2.1]
            text: ["receiving mail at a rate", "receiving mail too quickly"]
            actions: [retry-in(1h)]
            example:
              - "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from
                being delivered. Please resend your message at a later time."
          - name: google-closes-connections
            provider: [google]
            code: [421]
            enhanced: [4.7.0]
            text: ["try again later, closing connection"]
            trigger: 10/10min
            actions: [slow(50%)]
            on: site+source
            for: 30min
            example:
              - "421 4.7.0 Try again later, closing connection. (EHLO)"
          - name: google-trouble
            provider: [google]
            code: [421, 45x]
            enhanced: [4.3.0, 4.4.5]
            trigger: 20/5min
            actions: [slow(50%)]
            on: site
            for: 15min
            example:
              - "451 4.3.0 Mail server temporarily rejected message."

          # ---- Microsoft: consumer mail (sendersupport.olc.protection.outlook.com/pm/troubleshooting.aspx) -----------------
          - name: outlook-address-blocked
            provider: [microsoft]
            code: [55x]
            text: ["is on our block list", "on our block list (s31"]
            actions: [suspend]
            on: site+source
            for: 6h
            example:
              - "550 5.7.1 Unfortunately, messages from [192.0.2.25] weren't sent. Please contact your Internet service provider
                since part of their network is on our block list (S3140)."
          - name: outlook-messages-per-time
            provider: [microsoft]
            code: [421, 45x, 55x]
            text: ["we have limits for how many messages can be sent per hour", "rp-001"]
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "421 RP-001 (SNT004-MC1F43) Unfortunately, some messages from 192.0.2.25 weren't sent. Please try again. We have
                limits for how many messages can be sent per hour and per day."
          - name: outlook-connections-by-reputation
            provider: [microsoft]
            code: [421, 45x, 55x]
            text: ["rp-002", "rp-003", "exceeded the rate limit allowed on this connection", "exceeded the connection limit"]
            limit: {connections: 2, messages_per_connection: 20}
            on: site+source
            for: 1h
            example:
              - "421 RP-003 (BAY004-MC1F6) Unfortunately, some messages from 192.0.2.25 weren't sent. Please try again. The mail
                server has exceeded the connection limit."
          - name: outlook-limited-by-reputation
            provider: [microsoft]
            text: ["temporarily rate limited due to ip reputation"]
            limit: {connections: 2, message_rate: 2/s}
            on: site+source
            for: 2h
            example:
              - "451 4.7.650 The mail server [192.0.2.25] has been temporarily rate limited due to IP reputation. For e-mail delivery
                information, see https://postmaster.live.com (S775)"
          - name: outlook-limited-by-reputation-goes-on
            provider: [microsoft]
            text: ["temporarily rate limited due to ip reputation"]
            trigger: 100/30min
            actions: [suspend]
            on: site+source
            for: 1h
            example:
              - "451 4.7.651 The mail server [192.0.2.25] has been temporarily rate limited due to IP reputation (S3115)"
          - name: outlook-too-many-connections
            provider: [microsoft]
            enhanced: [4.7.652]
            limit: {connections: 2}
            on: site+source
            for: 30min
            example:
              - "451 4.7.652 The mail server [192.0.2.25] has exceeded the maximum number of connections. (S3115)"

          # ---- Microsoft: Exchange Online (learn.microsoft.com, "Email non-delivery reports and SMTP errors") --------------
          - name: exchange-server-busy
            provider: [microsoft]
            enhanced: [4.7.500, 4.7.501, 4.7.502, 4.7.503, 4.7.504, 4.7.505, 4.7.506, 4.7.507, 4.7.508, 4.7.509]
            trigger: 5/10min
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "451 4.7.500 Server busy. Please try again later from [192.0.2.25]. (AS77712343)"
          - name: exchange-address-banned
            provider: [microsoft]
            code: [55x]
            enhanced: [5.7.511, 5.7.606, 5.7.607, 5.7.608, 5.7.609, 5.7.610, 5.7.703, 5.7.705, 5.7.708]
            trigger: 3/10min
            actions: [suspend]
            on: site+source
            for: 6h
            example:
              - "550 5.7.606 Access denied, banned sending IP [192.0.2.25]. To request removal from this list please visit
                https://sender.office.com/"
              - "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP."
          - name: exchange-sender-banned
            provider: [microsoft]
            code: [55x]
            enhanced: [5.7.501, 5.7.502, 5.7.503, 5.7.504, 5.7.505]
            trigger: 3/10min
            actions: [suspend]
            on: tenant
            for: 4h
            example:
              - "550 5.7.501 Service unavailable. Spam abuse detected from IP range."
          - name: exchange-not-authenticated
            provider: [microsoft]
            enhanced: [x.7.509, x.7.515]
            trigger: 5/10min
            actions: [suspend]
            on: tenant
            for: 2h
            example:
              - "550 5.7.515 Access denied, sending domain example.com doesn't meet the required authentication level. The sender's
                domain in the 5322.From address doesn't meet the authentication requirements defined for the sender."
          - name: exchange-needs-name
            provider: [microsoft]
            text: ["must have reverse dns record", "must have a reverse dns", "reverse dns record * not"]
            trigger: 3/10min
            actions: [failover]
            on: site+source
            for: 6h
            example:
              - "450 4.7.25 Service unavailable, sending IPv6 address [2001:db8::25] must have reverse DNS record."
          - name: exchange-mailbox-threads
            provider: [microsoft]
            code: [432]
            actions: [retry-in(15min)]
            example:
              - "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded"
          - name: microsoft-trouble
            provider: [microsoft]
            code: [421, 45x]
            enhanced: [4.3.1, 4.3.2, 4.7.0]
            text: ["temporary server error", "insufficient system resources", "system not accepting network messages"]
            trigger: 20/5min
            actions: [slow(50%)]
            on: site
            for: 15min
            example:
              - "451 4.7.0 Temporary server error. Please try again later. PRX2"

          # ---- Yahoo and AOL: senders.yahooinc.com/smtp-error-codes --------------------------------------------------------
          - name: yahoo-volume-or-complaints
            provider: [yahoo]
            code: [421]
            text: ["[ts04]", "[tss04]", "[ts01]", "[ts02]", "[tss01]", "[tss02]", "[tss05]", "[tss07]", "[tss09]", "[tss11]",
              "deferred due to unexpected volume", "deferred due to user complaints"]
            actions: [suspend]
            on: site+source
            for: 1h
            example:
              - "421 4.7.0 [TSS04] Messages from 192.0.2.25 temporarily deferred due to unexpected volume or user complaints -
                4.16.55.1; see https://postmaster.yahooinc.com/error-codes"
          - name: yahoo-permanently-deferred
            provider: [yahoo]
            code: [421, 45x, 55x]
            text: ["[ts03]", "[tss03]", "permanently deferred"]
            actions: [suspend]
            on: site+source
            for: 1d
            example:
              - "421 4.7.1 [TS03] All messages from 192.0.2.25 will be permanently deferred; Retrying will NOT succeed. See
                https://postmaster.yahooinc.com/421-ts03.html"
          - name: yahoo-deferred
            provider: [yahoo]
            code: [421, 451]
            text: ["message temporarily deferred", "temporarily deferred - [4", "temporarily deferred - 4"]
            trigger: 20/10min
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "451 Message temporarily deferred - [160]"
          - name: yahoo-messages-per-connection
            provider: [yahoo]
            code: [421]
            text: ["max message per connection reached", "too many messages in this connection"]
            limit: {messages_per_connection: 5}
            on: site+source
            for: 6h
            example:
              - "421 Max message per connection reached, closing transmission channel"
          - name: yahoo-too-many-connections
            provider: [yahoo]
            code: [421, 45x]
            text: ["too many concurrent connections", "too many connections", "too many simultaneous"]
            limit: {connections: 3}
            on: site+source
            for: 1h
            example:
              - "421 4.7.0 Too many concurrent connections from 192.0.2.25"
          - name: yahoo-address-listed
            provider: [yahoo]
            code: [55x]
            text: ["[bl21]", "[bl23]", "connections will not be accepted from", "connections not accepted from"]
            actions: [failover]
            on: site+source
            for: 6h
            example:
              - "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.25, because the ip is in Spamhaus's list; see
                https://postmaster.yahooinc.com/550-bl23.html"
          - name: yahoo-not-authenticated
            provider: [yahoo]
            code: [55x]
            enhanced: [5.7.9]
            trigger: 5/10min
            actions: [suspend]
            on: tenant
            for: 2h
            example:
              - "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes"
          - name: yahoo-content
            provider: [yahoo]
            code: [55x]
            text: ["message not allowed - [", "[ph01]", "email not accepted for policy reasons"]
            trigger: 10/30min
            actions: [suspend]
            on: tenant
            for: 1h
            example:
              - "554 Message not allowed - [298]"
              - "554 Message not allowed - [PH01] Email not accepted for policy reasons. Please visit
                https://postmaster.yahooinc.com/error-codes"
          - name: yahoo-trouble
            provider: [yahoo]
            code: [421, 451]
            text: ["resources temporarily not available", "resources temporarily unavailable"]
            trigger: 10/5min
            actions: [slow(50%)]
            on: site
            for: 15min
            example:
              - "451 Resources temporarily not available - Please try again later [#4.16.5]."

          # ---- Apple: support.apple.com/102322 (postmaster information for iCloud Mail) ------------------------------------
          - name: apple-pace
            provider: [apple]
            code: [421, 45x]
            text: ["temporarily rate limited", "too many messages", "too many connections", "too many errors", "rate limit"]
            actions: [slow(50%)]
            on: site+source
            for: 1h
            example:
              - "421 4.7.0 Messages from 192.0.2.25 temporarily rate limited, see https://support.apple.com/en-us/HT204137"

        """#
}
