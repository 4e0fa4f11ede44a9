import Mail

extension SPFEvaluation {
    /// The text behind `exp=` of the record that said fail (RFC 7208 §6.2); `nil` when there is none, or it cannot be
    /// had, or it is not well formed. None of that changes the result.
    mutating func explanation(_ verdict: Verdict) async -> String? {
        guard let target = verdict.explanation else { return nil }
        values.domain = verdict.domain
        guard let name = try? await name(target), SPFName.isAskable(name) else { return nil }
        let answer = try? await ask("TXT of \(name)") { () throws(ResolverFailure) in try await resolver.txt(name) }
        // RFC 7208 §6.2: exactly one record, otherwise as if there were no `exp=`.
        guard let records = answer?.records, records.count == 1, let text = records.first,
            let macro = try? SPFMacro(parsing: text, as: .explanation)
        else { return nil }
        if macro.needsValidatedName {
            guard let validated = try? await validatedName() else { return nil }
            values.validatedName = validated
        }
        guard let expanded = macro.expanded(values) else { return nil }
        // A stranger's text, with the sender's own words in it: one line of ASCII, whatever they are.
        return SPFCharacter.printable(expanded.span, 0..<expanded.count, limit: options.explanationLimit)
    }
}
