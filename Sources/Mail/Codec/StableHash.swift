/// FNV-1a, 64 bits: the same in every process, which the seeded hash of the standard library is not. For names that
/// nobody gains anything by choosing to collide.
package enum StableHash {
    package static func of(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
