import DNSAuth
import Mail

/// Public suffix lists under libFuzzer. The input is a list; its own lines, and names made of them, are looked up.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 65_536 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    for sections in [PublicSuffixList.Sections.all, .icann] {
        guard let list = try? PublicSuffixList(parsing: bytes.span, sections: sections) else { continue }
        for line in bytes.split(separator: 0x0A).prefix(100) {
            for prefix in ["", "a.", "a.b.", "a.b.c."] {
                let name = Array(prefix.utf8) + line
                guard let domain = try? Domain(parsing: name.span, options: .utf8) else { continue }
                check(domain, list)
            }
        }
    }
    return 0
}

private func check(_ domain: Domain, _ list: PublicSuffixList) {
    guard !domain.isAddressLiteral else { return precondition(list.organizationalDomain(of: domain) == nil) }
    let suffix = list.publicSuffix(of: domain)
    precondition(domain.isWithin(suffix))
    guard let organization = list.organizationalDomain(of: domain) else { return precondition(suffix == domain) }
    precondition(domain.isWithin(organization) && organization.isWithin(suffix) && organization != suffix)
    precondition(list.organizationalDomain(of: organization) == organization, "an organization is its own")
}
