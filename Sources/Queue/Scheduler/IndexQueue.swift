/// First in, first out, of entry numbers.
struct IndexQueue {
    private var items: [UInt32] = []
    private var head = 0

    var count: Int { items.count - head }
    var isEmpty: Bool { head == items.count }

    mutating func append(_ index: UInt32) { items.append(index) }

    mutating func popFirst() -> UInt32? {
        guard head < items.count else { return nil }
        let index = items[head]
        head += 1
        if head == items.count {
            items.removeAll(keepingCapacity: head < 4096)
            head = 0
        } else if head >= 1024, head * 2 >= items.count {
            items.removeSubrange(..<head)
            head = 0
        }
        return index
    }
}
