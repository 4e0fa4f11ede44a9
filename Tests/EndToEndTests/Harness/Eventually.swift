import Foundation

/// Asks again until it holds. The limit is how long a broken engine may keep the test waiting, not an assertion of speed.
func eventually(within seconds: Double = 30, _ holds: () throws -> Bool) rethrows -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while true {
        if try holds() { return true }
        if Date() >= end { return false }
        Thread.sleep(forTimeInterval: 0.02)
    }
}
