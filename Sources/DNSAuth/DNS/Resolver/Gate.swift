/// Lets so many through at once; the others wait in order. Belongs to one actor.
struct Gate {
    private let limit: Int
    private var inside = 0
    private var queue: [CheckedContinuation<Void, Never>] = []
    /// Everything before this index has been let through.
    private var head = 0

    init(limit: Int) { self.limit = max(limit, 1) }

    /// True when the caller may go in at once. Otherwise it must `wait`.
    mutating func tryEnter() -> Bool {
        guard inside < limit else { return false }
        inside += 1
        return true
    }

    mutating func wait(_ continuation: CheckedContinuation<Void, Never>) { queue.append(continuation) }

    /// Hands the place to the next in line, or frees it.
    mutating func leave() {
        guard head < queue.count else {
            inside -= 1
            return
        }
        let next = queue[head]
        head += 1
        // The consumed part is cut off when it is the larger one, which makes each step constant on average.
        if head * 2 > queue.count {
            queue.removeFirst(head)
            head = 0
        }
        next.resume()
    }
}
