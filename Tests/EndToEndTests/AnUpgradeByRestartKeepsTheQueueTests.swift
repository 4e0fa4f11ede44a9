import Foundation
import Testing

/// SIGTERM and a new start on the same data folder, again and again under load: every acknowledged message arrives, and
/// none of them twice.
@Suite(.serialized) struct AnUpgradeByRestartKeepsTheQueueTests {
    @Test(.timeLimit(.minutes(5))) func everyMessageArrivesOnce() throws {
        guard let python = Tool.path("python3", neededFor: "the restarts under load") else { return }
        let restarts = try Tool.run(
            python, [Tool.peer("torture.py"), Engine.binary, "8", "--seed", "8", "--restarts"])
        #expect(restarts.status == 0, "\(restarts.output)\(restarts.errors)")
        #expect(restarts.output.contains(" 0 repeated"), "\(restarts.output)")
        print("restarts: \(restarts.output.split(separator: "\n").suffix(2).joined(separator: "; "))")
    }
}
