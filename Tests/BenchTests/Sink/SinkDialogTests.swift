import Testing

@testable import Bench

@Suite struct SinkDialogTests {
    private static func behaviour(_ change: (inout SinkBehaviour) -> Void) -> SinkBehaviour {
        var behaviour = SinkBehaviour()
        change(&behaviour)
        return behaviour
    }

    /// What each command is answered with, by a sink that takes everything.
    @Test func aMessageIsTaken() {
        var dialog = SinkDialog(SinkBehaviour(), number: 1)
        #expect(dialog.connected(open: 1) == .say(.greeting))
        #expect(dialog.heard(.ehlo) == .say(.extensions))
        for expected in 1...2 {
            #expect(dialog.heard(.mail) == .say(.ok))
            #expect(dialog.heard(.recipient) == .say(.ok))
            #expect(dialog.heard(.data) == .takeContent)
            #expect(dialog.contentEnded() == .say(.ok))
            #expect(dialog.messages == expected)
        }
        #expect(dialog.heard(.quit) == .sayAndEnd(.goodbye))
    }

    @Test func whatIsOutOfOrderIsSaid() {
        var dialog = SinkDialog(SinkBehaviour(), number: 1)
        #expect(dialog.heard(.recipient) == .say(.outOfOrder))
        #expect(dialog.heard(.data) == .say(.outOfOrder))
        #expect(dialog.heard(.mail) == .say(.ok))
        #expect(dialog.heard(.mail) == .say(.outOfOrder))
        #expect(dialog.heard(.data) == .say(.outOfOrder))
        #expect(dialog.heard(.recipient) == .say(.ok))
        #expect(dialog.heard(.reset) == .say(.ok))
        #expect(dialog.heard(.data) == .say(.outOfOrder))
        #expect(dialog.heard(.unknown) == .say(.unknown))
        #expect(dialog.messages == 0)
    }

    @Test func chunksAreTakenAndOneWithoutRecipientIsRefusedBehindItsBytes() {
        var dialog = SinkDialog(SinkBehaviour(), number: 1)
        _ = dialog.heard(.mail)
        _ = dialog.heard(.recipient)
        #expect(dialog.heard(.chunk(10, isLast: false)) == .takeChunk(10, isFirst: true, isLast: false))
        #expect(dialog.chunkEnded() == .say(.ok))
        #expect(dialog.heard(.data) == .say(.outOfOrder))
        #expect(dialog.heard(.chunk(5, isLast: true)) == .takeChunk(5, isFirst: false, isLast: true))
        #expect(dialog.contentEnded() == .say(.ok))
        #expect(dialog.heard(.chunk(5, isLast: true)) == .takeChunk(5, isFirst: true, isLast: true))
        #expect(dialog.contentEnded() == .say(.outOfOrder))
        #expect(dialog.messages == 1)
    }

    @Test func connectionsBeyondTheLimitAreTurnedAway() {
        var dialog = SinkDialog(Self.behaviour { $0.connectionLimit = 3 }, number: 4)
        #expect(dialog.connected(open: 3) == .say(.greeting))
        #expect(dialog.connected(open: 4) == .sayAndEnd(.tooManyConnections))
    }

    @Test func behindItsMessagesAConnectionEnds() {
        var dialog = SinkDialog(Self.behaviour { $0.messageLimit = 1 }, number: 1)
        #expect(dialog.heard(.mail) == .say(.ok))
        #expect(dialog.heard(.recipient) == .say(.ok))
        #expect(dialog.heard(.data) == .takeContent)
        #expect(dialog.contentEnded() == .say(.ok))
        #expect(dialog.heard(.mail) == .sayAndEnd(.tooManyMessages))
    }

    @Test(arguments: SinkBehaviour.Phase.allCases)
    func aConnectionBreaksAtItsStepAndAtNoOther(phase: SinkBehaviour.Phase) {
        var dialog = SinkDialog(Self.behaviour { $0.drops = [phase: 1] }, number: 1)
        let connected = dialog.connected(open: 1)
        var ended: SinkBehaviour.Phase?
        func see(_ step: SinkBehaviour.Phase, _ isEnd: Bool) { if isEnd && ended == nil { ended = step } }
        see(.connect, connected == .drop)
        see(.greeting, connected == .sayAndEnd(.greeting))
        see(.ehlo, dialog.heard(.ehlo) == .drop)
        see(.mail, dialog.heard(.mail) == .drop)
        see(.rcpt, dialog.heard(.recipient) == .drop)
        see(.data, dialog.heard(.data) == .drop)
        see(.content, dialog.contentBegan())
        see(.afterContent, dialog.contentEnded() == .drop)
        #expect(ended == phase)
    }

    @Test func oneThatBreaksBehindTheContentHasTakenNothing() {
        var dialog = SinkDialog(Self.behaviour { $0.drops = [.afterContent: 1] }, number: 1)
        _ = dialog.heard(.mail)
        _ = dialog.heard(.recipient)
        _ = dialog.heard(.data)
        #expect(dialog.contentEnded() == .drop)
        #expect(dialog.messages == 0)
    }

    @Test(arguments: [SinkBehaviour.Scope.recipient, .message])
    func refusalsHaveTheirShares(scope: SinkBehaviour.Scope) {
        let behaviour = Self.behaviour {
            $0.temporary = 0.3
            $0.permanent = 0.1
            $0.scope = scope
        }
        var counts: [SinkReply: Int] = [:]
        for number in 0..<100 {
            var dialog = SinkDialog(behaviour, number: number)
            for _ in 0..<100 {
                _ = dialog.heard(.mail)
                let recipient = dialog.heard(.recipient)
                let reply = recipient == .say(.ok) ? dialog.contentEnded() : recipient
                if case .say(let reply) = reply { counts[reply, default: 0] += 1 }
                _ = dialog.heard(.reset)
            }
        }
        // Binomial, 10,000 tries: four standard deviations are 1.9 and 1.2 points.
        #expect((2_800...3_200).contains(counts[.later] ?? 0))
        #expect((880...1_120).contains(counts[.never] ?? 0))
    }

    @Test func theSeedRepeatsTheLuckOfEachConnection() {
        func luck(seed: UInt64, number: Int) -> [SinkAction] {
            var dialog = SinkDialog(
                Self.behaviour {
                    $0.temporary = 0.5
                    $0.seed = seed
                }, number: number)
            return (0..<64).map { _ in
                _ = dialog.heard(.mail)
                return dialog.heard(.recipient)
            }
        }
        #expect(luck(seed: 1, number: 1) == luck(seed: 1, number: 1))
        #expect(luck(seed: 1, number: 1) != luck(seed: 2, number: 1))
        #expect(luck(seed: 1, number: 1) != luck(seed: 1, number: 2))
    }

    @Test func tlsIsOfferedOnce() {
        var dialog = SinkDialog(Self.behaviour { $0.offersTLS = true }, number: 1)
        #expect(dialog.offersTLS)
        #expect(dialog.heard(.startTLS) == .startTLS)
        dialog.becameSecure()
        #expect(!dialog.offersTLS)
        #expect(dialog.heard(.startTLS) == .say(.unknown))
        var plain = SinkDialog(SinkBehaviour(), number: 1)
        #expect(plain.heard(.startTLS) == .say(.unknown))
    }
}
