import Mail

enum EventIdentity {
    /// Two rounds of SplitMix64 stand for the random bits: the same event has the same identifier after every restart.
    static func make(at time: WallTime, offset: UInt64) -> UUIDv7 {
        let first = mix(offset)
        return UUIDv7(at: time, random: (first, mix(first ^ UInt64(bitPattern: time.milliseconds))))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
