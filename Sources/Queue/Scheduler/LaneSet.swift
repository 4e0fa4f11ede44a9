/// The numbers of a site's open lanes. The lowest free number is given out first, so that few connections stay warm
/// rather than many lukewarm.
struct LaneSet {
    /// Lanes 0 ..< 64: nearly all sites have no more.
    private var first: UInt64 = 0
    private var more: [UInt64] = []
    private(set) var count = 0

    init() {}

    mutating func open() -> Int {
        count += 1
        if first != .max {
            let bit = (~first).trailingZeroBitCount
            first |= 1 << UInt64(bit)
            return bit
        }
        for index in more.indices where more[index] != .max {
            let bit = (~more[index]).trailingZeroBitCount
            more[index] |= 1 << UInt64(bit)
            return (index + 1) * 64 + bit
        }
        more.append(1)
        return more.count * 64
    }

    mutating func close(_ lane: Int) {
        let bit: UInt64 = 1 << UInt64(lane % 64)
        if lane < 64 {
            precondition(first & bit != 0, "closing a lane that is not open")
            first &= ~bit
        } else {
            precondition(more[lane / 64 - 1] & bit != 0, "closing a lane that is not open")
            more[lane / 64 - 1] &= ~bit
        }
        count -= 1
    }
}
