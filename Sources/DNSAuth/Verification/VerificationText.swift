import Mail

extension VerificationReport {
    /// A block for each method: its result, what it is about, and the reason on a line of its own.
    package var text: String {
        var page = VerificationPage()
        page.add("Message", "\(source): \(size) bytes, \(authorText)")
        if let client {
            let sender = client.sender.map { "\($0)" } ?? ""
            page.add("Client", "\(client.address), HELO \(client.helo), MAIL FROM <\(sender)>")
        } else {
            page.add("Client", "not known: SPF needs --ip, --helo and --mail-from")
        }
        for note in notes { page.add("Note", note) }
        page.startBlock()
        addSPF(to: &page)
        for outcome in results.dkim { page.add("DKIM", outcome.result.rawValue, Self.subject(outcome), outcome.reason) }
        page.add("DMARC", results.dmarc.result.rawValue, dmarcSubject, results.dmarc.reason)
        page.add("ARC", results.arc.result.rawValue, arcSubject, results.arc.reason)
        page.startBlock()
        page.add("Verdict", (verdict.isPass ? "pass" : "not pass") + ": " + verdict.reason)
        return page.text
    }

    private var authorText: String {
        results.dmarc.author.map { "From \($0.unicodeText)" } ?? "From names no domain that can be judged"
    }

    private func addSPF(to page: inout VerificationPage) {
        if results.spf.isEmpty { page.add("SPF", "skipped", "", "no client address") }
        for outcome in results.spf {
            var reason = outcome.reason
            if let mechanism = outcome.mechanism, !reason.contains(mechanism) { reason += " (\(mechanism))" }
            if outcome.lookups > 0 { reason += "; \(outcome.lookups) of 10 look-ups" }
            if outcome.voidLookups > 0 { reason += ", \(outcome.voidLookups) of 2 void" }
            page.add("SPF", outcome.result.rawValue, "\(outcome.identity.rawValue) \(outcome.domain)", reason)
            if let explanation = outcome.explanation { page.more("its owner says: \(explanation)") }
        }
    }

    private static func subject(_ outcome: DKIMOutcome) -> String {
        var parts: [String] = []
        if let domain = outcome.domain { parts.append("d=\(domain.text)") }
        if !outcome.selector.isEmpty { parts.append("s=\(outcome.selector)") }
        if !outcome.algorithm.isEmpty { parts.append("a=\(outcome.algorithm)") }
        if let bits = outcome.keyBits { parts.append("\(bits) bits") }
        if outcome.isTesting { parts.append("key in test mode") }
        return parts.joined(separator: " ")
    }

    private var dmarcSubject: String {
        let outcome = results.dmarc
        guard let domain = outcome.recordDomain else { return outcome.author?.text ?? "" }
        let tag = outcome.policyTag?.rawValue ?? "p"
        let test = outcome.isTesting ? ", in test mode" : ""
        return "\(outcome.author?.text ?? ""), \(tag)=\(outcome.policy.rawValue) at \(domain.text)\(test), "
            + "disposition \(outcome.disposition.rawValue)"
    }

    private var arcSubject: String {
        guard !results.arc.sealers.isEmpty else { return "" }
        var text = "sealed by " + results.arc.sealers.joined(separator: ", then ")
        if let oldest = results.arc.oldestPass, oldest > 1 { text += "; changed before set \(oldest)" }
        return text
    }
}

/// Lines in columns.
private struct VerificationPage {
    private(set) var text = ""
    private var lastLabel = ""

    private static let labelWidth = 9
    private static let resultWidth = 11

    mutating func startBlock() {
        text += "\n"
        lastLabel = ""
    }

    mutating func add(_ label: String, _ value: String) { line(label, VerificationReport.clean(value)) }

    /// The label is not repeated under itself.
    mutating func add(_ label: String, _ result: String, _ subject: String, _ reason: String) {
        let shown = Self.padded(result, Self.resultWidth)
        let lines = [subject, reason].filter { !$0.isEmpty }.map { VerificationReport.clean($0) }
        line(label == lastLabel ? "" : label, shown + (lines.first ?? ""))
        lastLabel = label
        for rest in lines.dropFirst() { more(rest) }
    }

    mutating func more(_ value: String) {
        line("", Self.padded("", Self.resultWidth) + VerificationReport.clean(value))
    }

    private mutating func line(_ label: String, _ value: String) {
        var line = Self.padded(label, Self.labelWidth) + value
        while line.hasSuffix(" ") { line.removeLast() }
        text += line + "\n"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(text.isEmpty ? 0 : 1, width - text.utf8.count))
    }
}
