/// Flows that wait for the same thing, each once, the one that has waited longest first. One that no longer waits stays
/// in it until its turn comes.
struct FlowQueue {
    private var flows: [UInt32] = []
    private var head = 0
    private var members: Set<UInt32> = []

    var count: Int { members.count }

    mutating func insert(_ flow: UInt32) {
        if members.insert(flow).inserted { flows.append(flow) }
    }

    mutating func popFirst() -> UInt32? {
        guard head < flows.count else { return nil }
        let flow = flows[head]
        head += 1
        members.remove(flow)
        if head > 32, head * 2 > flows.count {
            flows.removeFirst(head)
            head = 0
        }
        return flow
    }
}
