import Mail

/// What may stand behind EHLO.
enum HeloName {
    /// RFC 5321 §4.1.1.1: a domain name of at least two labels, or an address literal. `nil`: neither.
    static func parse(_ text: String) -> String? {
        guard let domain = Domain(text) else { return nil }
        if domain.isAddressLiteral { return domain.literalAddress == nil ? nil : domain.text }
        return domain.text.contains(".") ? domain.text : nil
    }
}
