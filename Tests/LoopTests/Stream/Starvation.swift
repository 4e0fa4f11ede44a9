import Foundation
import Loop
import Mail
import MartletTesting

enum Starved: Error { case accepted, busy(Duration) }

/// Takes all descriptors away from a listener with a pending connection, looks at the CPU time it burns, and gives
/// them back.
func starve() async throws {
    try await withLoop { loop in
        try await loop.run { stage in
            let listener = try Listener.bind(.loopback())
            let shelf = SocketShelf()
            // Connected while there are descriptors; accepting begins when there are none.
            let client = try await SocketStream.connect(
                to: listener.address, from: nil, on: loop, deadline: .distantFuture)
            var hoarded: [Int32] = []
            while true {
                let one = dup(0)
                if one < 0 { break }
                hoarded.append(one)
            }
            listener.start(on: loop) { shelf.put($0) }
            let before = cpuTime()
            try await loop.time.sleep(for: .milliseconds(500))
            let burnt = cpuTime() - before
            guard shelf.count == 0 else { throw Starved.accepted }
            // A listener that spins burns all of the half second.
            guard burnt < .milliseconds(200) else { throw Starved.busy(burnt) }
            for one in hoarded { close(one) }
            while shelf.count == 0 { try await loop.time.sleep(for: .milliseconds(1)) }
            client.close()
        }
    }
}

private func cpuTime() -> Duration {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
    return .seconds(seconds) + .microseconds(microseconds)
}
