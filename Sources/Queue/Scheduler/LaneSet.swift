/// The numbers of a site's open lanes. The lowest free number is given out first, so that few connections stay warm
/// rather than many lukewarm.
struct LaneSet {
    private var words: [UInt64] = [0]
    private(set) var count = 0

    init() {}

    mutating func open() -> Int {
        count += 1
        for index in words.indices where words[index] != .max {
            let bit = (~words[index]).trailingZeroBitCount
            words[index] |= 1 << UInt64(bit)
            return index * 64 + bit
        }
        words.append(1)
        return (words.count - 1) * 64
    }

    mutating func close(_ lane: Int) {
        precondition(words[lane / 64] & (1 << UInt64(lane % 64)) != 0, "closing a lane that is not open")
        words[lane / 64] &= ~(1 << UInt64(lane % 64))
        count -= 1
    }
}
