/// The limits of one evaluation and the words it uses.
package struct SPFOptions: Sendable {
    /// Terms that ask the DNS (RFC 7208 §4.6.4). More is `permerror`.
    package var maximumLookups = 10
    /// Terms whose question found nothing (RFC 7208 §4.6.4). More is `permerror`.
    package var maximumVoidLookups = 2
    /// Hosts behind one `mx` (RFC 7208 §4.6.4). More is `permerror`.
    package var maximumMX = 10
    /// Names of the client that are looked at (RFC 7208 §4.6.4). The rest is ignored.
    package var maximumPTR = 10
    /// For everything together; the RFC asks for 20 seconds at least (§4.6.4). It is looked at before and after each
    /// question, so the last one may exceed it by what the resolver allows itself for one.
    package var timeLimit: Duration = .seconds(20)
    /// Ask for the text behind `exp=` when the result is `fail` (RFC 7208 §6.2).
    package var fetchesExplanation = true
    /// Bytes of an explanation that are kept: it goes into one SMTP reply.
    package var explanationLimit = 400
    /// `%{r}`: the name of this host.
    package var receiver = "unknown"

    package init() {}
}
