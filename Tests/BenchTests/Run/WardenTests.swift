import Glibc
import Testing

@testable import Bench

@Suite struct WardenTests {
    @Test func livingGroupsAreSeen() {
        var charge = WardenCharge()
        #expect(!charge.hasLiving)
        charge.hear(Array("watch \(getpgrp())\n".utf8))
        #expect(charge.hasLiving)
        charge.hear(Array("release \(getpgrp())\n".utf8))
        #expect(!charge.hasLiving)
    }

    @Test func linesInPiecesAreHeardWhole() {
        var charge = WardenCharge()
        for piece in [
            "fol", "der /tmp/martlet-bench-x\nwatch 1", "2\nwatch 34\nrelease 12", "\nnonsense\nwatch 1\n", "watch 56",
        ] {
            charge.hear(Array(piece.utf8))
        }
        // The last line has no end; and 1 is everybody.
        #expect(charge.groups == [34])
        #expect(charge.folderToRemove == "/tmp/martlet-bench-x")
        charge.hear(Array("\nkeep\n".utf8))
        #expect(charge.groups == [34, 56])
        #expect(charge.folderToRemove == nil)
    }

    @Test func onlyFoldersOfOursAreRemoved() throws {
        let folder = try RunFolder(in: nil)
        #expect(unsafe mkdir(folder.file("inner"), 0o700) == 0)
        try folder.write("x", to: "inner/file")
        let outside = try RunFolder(in: nil)
        try outside.write("y", to: "kept")
        #expect(unsafe symlink(outside.path, folder.file("link")) == 0)
        RunFolder.remove(folder.file("inner"))
        #expect(ProcText.read(folder.file("inner/file")) == "x")
        RunFolder.remove(folder.path)
        #expect(unsafe access(folder.path, F_OK) != 0)
        #expect(ProcText.read(outside.file("kept")) == "y")
        RunFolder.remove(outside.path)
    }
}
