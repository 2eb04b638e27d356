namespace OrleansTemporal.Storage.Tests.Golden;

/// <summary>
/// Bytes that a released format must go on reading and writing, as hexadecimal text under Golden. A new file is written
/// once with OT_WRITE_GOLDEN=1 and then never changed.
/// </summary>
internal static class GoldenFile
{
    internal static byte[] Check(string name, ReadOnlySpan<byte> written)
    {
        var stored = Keep(name, written);
        Assert.Equal(Convert.ToHexStringLower(stored), Convert.ToHexStringLower(written));
        return stored;
    }

    /// <summary>The bytes that are kept, which what is written now may differ from.</summary>
    internal static byte[] Keep(string name, ReadOnlySpan<byte> written)
    {
        var path = TestRepository.PathOf($"tests/OrleansTemporal.Storage.Tests/Golden/{name}.hex");
        if (Environment.GetEnvironmentVariable("OT_WRITE_GOLDEN") == "1" && !File.Exists(path))
            File.WriteAllText(path, string.Join('\n', Convert.ToHexStringLower(written).Chunk(64).Select(line => new string(line))) + "\n");

        return Read(name);
    }

    /// <summary>The bytes of a version that is read and no longer written.</summary>
    internal static byte[] Read(string name) =>
        Convert.FromHexString(string.Concat(File.ReadAllLines(TestRepository.PathOf($"tests/OrleansTemporal.Storage.Tests/Golden/{name}.hex"))));
}
