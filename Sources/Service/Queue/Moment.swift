import Mail

/// Both clocks at one moment: how points on the monotonic one become times that people read.
struct Moment {
    let wall: WallTime
    let now: MonotonicInstant

    init(_ time: any TimeSource) {
        wall = time.wall
        now = time.now
    }

    /// `nil` for a point that never comes. What is over is now.
    func wall(at instant: MonotonicInstant?) -> WallTime? {
        guard let instant, instant != .distantFuture else { return nil }
        let (ahead, overflow) = instant.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
        guard !overflow, ahead > 0 else { return wall }
        // Rounded up: who comes back at that second must not be too early.
        return WallTime(milliseconds: wall.milliseconds + (ahead - 1) / 1_000_000 + 1)
    }
}
