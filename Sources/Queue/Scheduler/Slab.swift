/// Numbered places for values that come and go: links between entries are 4-byte numbers, not references.
/// A freed number is given out again, last freed first, so the places in use stay close together.
struct Slab<Element> {
    private var places = ChunkedArray<Element>()
    private var free: [UInt32] = []

    /// Entries in use.
    var count: Int { places.count - free.count }

    init() {}

    mutating func insert(_ element: Element) -> UInt32 {
        if let index = free.popLast() {
            places[index] = element
            return index
        }
        precondition(places.count < Int(UInt32.max), "more than 4,294,967,294 entries")
        places.append(element)
        return UInt32(places.count - 1)
    }

    /// The place keeps its old value until it is given out again, so the element should hold nothing large by then.
    mutating func release(_ index: UInt32) { free.append(index) }

    subscript(_ index: UInt32) -> Element {
        _read { yield places[index] }
        _modify { yield &places[index] }
    }
}

extension UInt32 {
    /// The link that leads nowhere.
    static var none: UInt32 { .max }
}

extension Slab: Sendable where Element: Sendable {}
