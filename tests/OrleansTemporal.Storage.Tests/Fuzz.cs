using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Tests;

/// <summary>Feeds a decoder with mutated bytes: it may read them or refuse them as corrupt, and nothing else.</summary>
internal static class Fuzz
{
    private const int UsualCount = 100_000;
    private const int LongCount = 1_000_000;

    public static int Count => Environment.GetEnvironmentVariable("OT_LONG") is null ? UsualCount : LongCount;

    public static void Run(byte[] good, Action<byte[]> decode, int? count = null)
    {
        decode(good);
        for (var seed = 0; seed < (count ?? Count); seed++)
        {
            var bytes = Mutate(good, new Random(seed));
            try
            {
                decode(bytes);
            }
            catch (TemporalException exception) when (exception.Kind is ErrorKind.Corrupt)
            {
                Assert.Contains("offset", exception.Message, StringComparison.Ordinal);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }
        }
    }

    public static byte[] Mutate(byte[] good, Random random)
    {
        var bytes = random.Next(8) == 0 ? good[..random.Next(good.Length + 1)] : [.. good];
        for (var i = random.Next(1, 5); i > 0 && bytes.Length > 0; i--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0;
                    break;
                default:
                    bytes.AsSpan(at, Math.Min(8, bytes.Length - at)).Fill(random.Next(2) == 0 ? (byte)0xFF : (byte)0x7F);
                    break;
            }
        }

        return bytes;
    }
}
