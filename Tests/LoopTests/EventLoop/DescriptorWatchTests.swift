import Glibc
import Loop
import Mail
import MartletTesting
import Testing

/// Descriptors and timers of C libraries.
@Suite(.timeLimit(.minutes(1))) struct DescriptorWatchTests {
    /// Two ends of a socket pair.
    private static func pair() -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    @Test func tellsForAsLongAsTheDescriptorIsReady() async throws {
        try await withLoop { loop in
            let (near, far) = Self.pair()
            let seen = Record()
            let watch = await loop.run { _ in
                Shelf(DescriptorWatch(near, for: [.reading, .writing], on: loop) { seen.append(Int($0.rawValue)) })
            }
            // Writable, again and again, without anybody writing.
            while seen.all.count < 3 { try Task.checkCancellation() }
            #expect(Set(seen.all) == [2])
            _ = unsafe write(far, "x", 1)
            while seen.all.last != 3 { try Task.checkCancellation() }
            await loop.run { _ in watch.drop() }
            let count = seen.all.count
            await loop.run { _ in }
            #expect(seen.all.count == count, "nothing after it was dropped")
            _ = (close(near), close(far))
        }
    }

    @Test func mayBeDroppedWithinItsOwnCallback() async throws {
        try await withLoop { loop in
            let (near, far) = Self.pair()
            let seen = Record()
            let shelf = Shelf<DescriptorWatch>(nil)
            await loop.run { _ in
                shelf.put(
                    DescriptorWatch(near, for: .writing, on: loop) { _ in
                        shelf.drop()
                        seen.append(1)
                    })
            }
            while seen.all.isEmpty { try Task.checkCancellation() }
            await loop.run { _ in }
            #expect(seen.all == [1])
            _ = (close(near), close(far))
        }
    }

    @Test func aTimerGoesOffOnceForEveryTimeItIsSet() async throws {
        try await withLoop { loop in
            let seen = Record()
            let shelf = Shelf<LoopTimer>(nil)
            await loop.run { _ in
                shelf.put(
                    LoopTimer(on: loop) {
                        seen.append(seen.all.count)
                        if seen.all.count < 3 { shelf.set(after: .zero) } else { shelf.drop() }
                    })
                shelf.set(after: .milliseconds(1))
            }
            while seen.all.count < 3 { try Task.checkCancellation() }
            #expect(seen.all == [0, 1, 2])
            await loop.run { _ in
                shelf.put(LoopTimer(on: loop) { seen.append(9) })
                shelf.set(after: .milliseconds(1))
                shelf.clear()
            }
            let later = Shelf<LoopTimer>(nil)
            await loop.run { _ in
                later.put(LoopTimer(on: loop) { seen.append(5) })
                later.set(after: .milliseconds(20))
            }
            while seen.all.count < 4 { try Task.checkCancellation() }
            #expect(seen.all == [0, 1, 2, 5], "one that was cleared does not go off")
            await loop.run { _ in
                shelf.drop()
                later.drop()
            }
        }
    }
}

/// Holds a thing that lives on a loop for a test that does not. Touched on the loop only.
private final class Shelf<Thing>: @unchecked Sendable {
    private var thing: Thing?
    init(_ thing: Thing?) { self.thing = thing }
    func put(_ thing: Thing?) { self.thing = thing }
    func drop() { thing = nil }
}

extension Shelf where Thing == LoopTimer {
    func set(after duration: Duration) { thing?.set(after: duration) }
    func clear() { thing?.clear() }
}
