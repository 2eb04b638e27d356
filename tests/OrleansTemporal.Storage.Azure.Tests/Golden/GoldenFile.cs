namespace OrleansTemporal.Storage.Azure.Tests.Golden;

/// <summary>
/// Bytes that a released format must go on reading and writing, as hexadecimal text under Golden. A new file is written
/// once with OT_WRITE_GOLDEN=1 and then never changed.
/// </summary>
internal static class GoldenFile
{
    internal static byte[] Check(string name, ReadOnlySpan<byte> written)
    {
        var path = TestRepository.PathOf($"tests/OrleansTemporal.Storage.Azure.Tests/Golden/{name}.hex");
        if (Environment.GetEnvironmentVariable("OT_WRITE_GOLDEN") == "1" && !File.Exists(path))
            File.WriteAllText(path, string.Join('\n', Convert.ToHexStringLower(written).Chunk(64).Select(line => new string(line))) + "\n");

        var stored = Convert.FromHexString(string.Concat(File.ReadAllLines(path)));
        Assert.Equal(Convert.ToHexStringLower(stored), Convert.ToHexStringLower(written));
        return stored;
    }
}
