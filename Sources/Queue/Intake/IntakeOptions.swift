/// What intake refuses, and when.
package struct IntakeOptions: Hashable, Sendable {
    /// Bytes of content, without what intake adds.
    package var maximumMessageSize = 26_214_400
    /// Received fields beyond which a message runs in a circle (RFC 5321 §6.3: at least 100 hops must be possible for a
    /// relay that counts; Postfix' `hopcount_limit` is 50).
    package var maximumHops = 50
    /// Share of blocks and of inodes of `folder` that must be free; 0 switches the check off.
    package var minimumFreeShare = 0.10
    /// The data folder.
    package var folder = "."
    /// Resident bytes above which nothing is accepted; `nil` is 75 % of what the machine or the cgroup gives.
    package var memoryLimit: Int?
    /// How often disk and memory are looked at.
    package var resourceInterval = Duration.seconds(1)

    package init() {}
}
