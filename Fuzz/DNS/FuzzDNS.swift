import DNSAuth

/// Answers of the DNS under libFuzzer: parsing, reading with aliases, and the match with a query.
///
/// The first byte says which question was asked and whether the packet is made to look like an answer to it; the rest
/// is the packet.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 0, count <= 65_536 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let types: [UInt16] = [1, 28, 15, 16, 52, 5, 12, 6]
    let found = AnswerProbe.records(
        in: Array(bytes[1...]), of: types[Int(bytes[0] & 7)], randomCase: bytes[0] & 16 != 0,
        isForged: bytes[0] & 32 != 0)
    precondition(found >= 0)
    return 0
}
