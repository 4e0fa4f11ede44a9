import DNSAuth
import Mail

/// Authentication-Results under libFuzzer: read, written, read again; and fields in our name taken out of a message.
///
/// The input is our authserv-id on the first line, and a message behind it whose fields are also read one by one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 262_144 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let end = bytes.firstIndex(of: 0x0A) ?? bytes.count
    let authority = String(decoding: bytes[..<end], as: UTF8.self)
    let message = Array(bytes.dropFirst(end + 1))
    rewrite(message.span)
    let header = HeaderSection(scanning: message.span)
    for field in header.fields.prefix(64) { rewrite(message.span.extracting(field.valueRange)) }
    remove(authority, from: Content(original: message), header)
    return 0
}

private func rewrite(_ value: Span<UInt8>) {
    guard let read = try? AuthenticationResults(parsing: value) else { return }
    precondition(!read.authority.isEmpty && read.findings.count <= 256)
    let field = read.field
    let header = HeaderSection(scanning: field.span)
    precondition(header.fields.count == 1 && !header.isMalformed, "not one field")
    precondition(field.allSatisfy { $0 >= 0x20 || $0 == 13 || $0 == 10 || $0 == 9 }, "controls in a field")
    for line in field.split(separator: 0x0A) { precondition(line.count <= 999, "a line without end") }
    guard let again = try? AuthenticationResults(parsing: field.span.extracting(header.fields[0].valueRange)) else {
        preconditionFailure("what was written cannot be read: \(String(decoding: field, as: UTF8.self))")
    }
    // Nothing is said that was not said before.
    precondition(again.findings.count <= read.findings.count)
    var left = read.findings[...]
    for finding in again.findings {
        guard let place = left.firstIndex(where: { $0.method == finding.method && $0.result == finding.result }) else {
            preconditionFailure("a result that nobody gave")
        }
        precondition(finding.properties.count <= left[place].properties.count)
        left = left[(place + 1)...]
    }
    precondition(again.field == field, "writing does not settle")
}

private func remove(_ authority: String, from content: Content, _ header: HeaderSection) {
    let kept = ForgedResults.removed(from: content, authority: authority)
    precondition(kept.original.count <= content.original.count)
    precondition(ResultsText(of: kept, authority: authority).findings.isEmpty, "a forged result is still there")
    let after = HeaderSection(scanning: kept.original.span)
    let others = header.fields.count { !$0.isNamed("authentication-results", in: content.original.span) }
    let othersAfter = after.fields.count { !$0.isNamed("authentication-results", in: kept.original.span) }
    precondition(others == othersAfter, "another field is gone")
    precondition(ForgedResults.removed(from: kept, authority: authority).original == kept.original)
}
