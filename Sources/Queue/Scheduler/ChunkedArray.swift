/// An array that grows by whole chunks: growing never copies what is there, so that the ten-millionth delivery costs
/// the loop no more than the first, and no memory is held twice.
struct ChunkedArray<Element> {
    private static var shift: Int { 12 }
    private static var chunkCapacity: Int { 1 << shift }

    private var chunks: [[Element]] = []
    private(set) var count = 0

    init() {}

    mutating func append(_ element: Element) {
        if count >> Self.shift == chunks.count {
            var chunk: [Element] = []
            // The first chunk grows as it must: most queues are small. Later ones are known to fill up.
            if !chunks.isEmpty { chunk.reserveCapacity(Self.chunkCapacity) }
            chunks.append(chunk)
        }
        chunks[count >> Self.shift].append(element)
        count += 1
    }

    subscript(_ index: UInt32) -> Element {
        // Not `get`, which would copy an element of 100 bytes to read one number of it.
        _read { yield chunks[Int(index) >> Self.shift][Int(index) & (Self.chunkCapacity - 1)] }
        _modify { yield &chunks[Int(index) >> Self.shift][Int(index) & (Self.chunkCapacity - 1)] }
    }
}

extension ChunkedArray: Sendable where Element: Sendable {}
