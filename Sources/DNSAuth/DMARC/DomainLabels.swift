import Mail

extension Domain {
    /// From left to right; empty for an address literal, which has no place in the tree of names.
    var labels: [Substring] {
        isAddressLiteral ? [] : text.split(separator: ".", omittingEmptySubsequences: true)
    }

    /// The name made of the last labels; the domain itself when it has no more.
    func lastLabels(_ count: Int) -> Domain {
        let labels = labels
        guard labels.count > count else { return self }
        return Domain(canonical: labels.suffix(count).joined(separator: "."))
    }
}
