import Foundation
import Testing

/// The engine dies at 50 random moments under load, at work, while it starts and while it drains, and starts again: every
/// message that it has answered 250 or 202 arrives, and nothing comes twice that need not. `make torture` does the same a
/// thousand times.
@Suite(.serialized) struct KillNineLosesNothingTests {
    @Test(.timeLimit(.minutes(8))) func everyAcknowledgedMessageArrives() throws {
        guard let python = Tool.path("python3", neededFor: "the kill -9 scenario") else { return }
        // Of a debug build on a busy machine no window of time is asked for: a life is not longer than this.
        let torture = try Tool.run(
            python, [Tool.peer("torture.py"), Engine.binary, "50", "--seed", "7", "--window", "60000"])
        #expect(torture.status == 0, "\(torture.output)\(torture.errors)")
        print("kill -9: \(torture.output.split(separator: "\n").suffix(2).joined(separator: "; "))")
    }
}
