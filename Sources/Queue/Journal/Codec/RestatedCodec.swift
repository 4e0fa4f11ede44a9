/// The head of a `restated` record: the message's number, the states of its recipients, then the head of the `accepted`
/// record as it was.
enum RestatedCodec {
    static let version: UInt8 = 1

    static func encode(
        number: UInt64, places: [PlaceState], accepted: ArraySlice<UInt8>, summaryLength: Int
    ) -> (head: [UInt8], summary: Range<Int>) {
        var out = RecordEncoder(reserving: accepted.count + places.count * 11 + 16)
        out.put(version)
        out.put(fixed: number)
        out.put(count: places.count)
        for place in places { place.encode(into: &out) }
        let start = out.count
        out.put(raw: accepted)
        return (out.bytes, start..<start + summaryLength)
    }

    /// Leaves the decoder in front of the `accepted` head.
    static func decode(
        _ decoder: inout RecordDecoder
    ) throws(CodecFailure) -> (number: UInt64, places: [PlaceState]) {
        let version = try decoder.byte()
        guard version == Self.version else { throw .version(version) }
        let number: UInt64 = try decoder.fixed()
        var places: [PlaceState] = []
        for _ in 0..<(try decoder.count(width: 2)) { places.append(try PlaceState(from: &decoder)) }
        return (number, places)
    }
}
