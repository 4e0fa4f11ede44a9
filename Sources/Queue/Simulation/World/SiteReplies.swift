package import Mail

/// What a simulated site says when it does not take something: as close as may be to what the provider says, so that
/// bounce rules, retry hints and shaping rules meet what they were written for.
package struct SiteReplies: Hashable, Sendable {
    package var connections = Reply(code: 421, enhanced: EnhancedStatus(4, 7, 0), text: "too many connections")
    package var rate = Reply(code: 451, enhanced: EnhancedStatus(4, 7, 1), text: "too many messages, slow down")
    package var trust = Reply(
        code: 421, enhanced: EnhancedStatus(4, 7, 0), text: "unusual volume from your address, try again later")
    package var greylist = Reply(
        code: 450, enhanced: EnhancedStatus(4, 2, 0), text: "greylisted, try again in 5 minutes")
    package var temporary = Reply(code: 451, enhanced: EnhancedStatus(4, 3, 0), text: "internal error, try again")
    package var unknownUser = Reply(code: 550, enhanced: EnhancedStatus(5, 1, 1), text: "user unknown")
    package var block = Reply(
        code: 550, enhanced: EnhancedStatus(5, 7, 1), text: "message rejected because of the reputation of your address"
    )

    package init() {}

    /// Those of a provider, where we know them; texts as its postmaster pages and its hosts' replies have them.
    package static func of(_ provider: String) -> SiteReplies {
        var replies = SiteReplies()
        switch provider {
        case "google":
            replies.rate = Reply(
                code: 421, enhanced: EnhancedStatus(4, 7, 28),
                text: "Gmail has detected an unusual rate of mail originating from your IP address. To protect our "
                    + "users from spam, mail sent from your IP address has been temporarily rate limited.")
            replies.trust = replies.rate
            replies.block = Reply(
                code: 550, enhanced: EnhancedStatus(5, 7, 1),
                text: "Our system has detected that this message is likely suspicious due to the very low reputation "
                    + "of the sending IP address. To best protect our users from spam, the message has been blocked.")
            replies.unknownUser = Reply(
                code: 550, enhanced: EnhancedStatus(5, 1, 1),
                text: "The email account that you tried to reach does not exist.")
        case "microsoft":
            replies.rate = Reply(
                code: 451, enhanced: EnhancedStatus(4, 7, 650),
                text: "The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. For e-mail "
                    + "delivery information, see https://aka.ms/postmaster (S775)")
            replies.trust = replies.rate
            replies.block = Reply(
                code: 550, enhanced: EnhancedStatus(5, 7, 1),
                text: "Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service "
                    + "provider since part of their network is on our block list (S3150).")
            replies.unknownUser = Reply(
                code: 550, enhanced: EnhancedStatus(5, 5, 0),
                text: "Requested action not taken: mailbox unavailable (S2017062302).")
        case "yahoo":
            replies.rate = Reply(
                code: 421, enhanced: EnhancedStatus(4, 7, 0),
                text: "[TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user "
                    + "complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes")
            replies.trust = replies.rate
            replies.block = Reply(
                code: 553, enhanced: EnhancedStatus(5, 7, 1),
                text: "[BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list")
            replies.unknownUser = Reply(
                code: 554, text: "delivery error: dd This user doesn't have a yahoo.com account")
        case "apple":
            replies.rate = Reply(
                code: 450, enhanced: EnhancedStatus(4, 2, 0), text: "[CS01] Message rejected due to local policy")
            replies.trust = replies.rate
            replies.block = Reply(
                code: 554, enhanced: EnhancedStatus(5, 7, 1), text: "[HM08] Message rejected due to local policy")
        case "orange":
            replies.connections = Reply(
                code: 421, text: "mwinf5c04 ME Trop de connexions, veuillez verifier votre configuration. OFR_203")
            replies.rate = Reply(
                code: 421, enhanced: EnhancedStatus(4, 7, 0), text: "OFR_204 Service refuse, trop de messages")
            replies.trust = replies.rate
        case "gmx":
            replies.rate = Reply(
                code: 450, text: "Requested mail action not taken: mailbox unavailable. Mail send limit exceeded.")
            replies.trust = replies.rate
            replies.block = Reply(
                code: 554, text: "Transaction failed. Reject due to policy restrictions: bad reputation.")
        default: break
        }
        return replies
    }
}
