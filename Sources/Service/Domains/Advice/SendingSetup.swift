package import Mail

/// How this engine sends, as far as the DNS of a sending domain has to know of it.
package struct SendingSetup: Hashable, Sendable {
    /// The name under which the engine greets; return-path and tracking names point to it.
    package var hostname: String
    /// The addresses that mail leaves from. Empty: those of `hostname`, asked for at every check.
    package var sources: [IPAddress] = []
    /// A name with an SPF record of the operator's own, advised as `include:`; `nil` advises `a:` and the hostname.
    package var spfInclude: String?
    /// The label of the name that bounces come back to, e.g. `bounces`; `nil`: none is asked for.
    package var returnPathLabel: String?
    /// The label of the name in rewritten links, e.g. `track`; `nil`: none is asked for.
    package var trackingLabel: String?
    /// The mailbox that DMARC aggregate reports are advised to go to, e.g. `dmarc@mx.example`.
    package var dmarcReports: String?

    package init(hostname: String) { self.hostname = hostname }

    /// The term that lets this engine's addresses pass.
    package var spfTerm: String { spfInclude.map { "include:\($0)" } ?? "a:\(hostname)" }

    package func returnPath(of domain: Domain) -> String? { returnPathLabel.map { "\($0).\(domain.text)" } }
    package func tracking(of domain: Domain) -> String? { trackingLabel.map { "\($0).\(domain.text)" } }
}
