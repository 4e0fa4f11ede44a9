import Foundation
import Testing

/// The data folder of an older program, unpacked (`Fixtures/README.md` tells what is in it).
enum OldFolder {
    /// - Returns: the data folder, within the folder given.
    static func unpack(in folder: TemporaryFolder) throws -> URL {
        let archive = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/data-format-1.tar.gz")
        let tar = try Tool.run("/usr/bin/env", ["tar", "-xzf", archive.path, "-C", folder.path])
        try #require(tar.status == 0, "\(tar.errors)")
        return folder.url.appendingPathComponent("data")
    }

    /// Every file below, byte for byte.
    static func contents(_ folder: URL) throws -> [String: Data] {
        var all: [String: Data] = [:]
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        for name in names {
            let file = folder.appendingPathComponent(name)
            if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
                all[name] = try Data(contentsOf: file)
            }
        }
        return all
    }
}
