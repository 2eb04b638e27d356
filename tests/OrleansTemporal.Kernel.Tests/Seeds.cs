using System.Globalization;
using System.Runtime.CompilerServices;

namespace OrleansTemporal.Kernel.Tests;

/// <summary>
/// Runs a property on many seeded cases. A failing case names its seed and the command that replays it alone.
/// </summary>
internal static class Seeds
{
    private static readonly string? Only = Environment.GetEnvironmentVariable("OT_SEED");

    /// <summary>What a decoder is fed in a long campaign.</summary>
    internal const int DecoderInputsLong = 1_000_000;

    /// <summary>Whether longer campaigns are asked for.</summary>
    internal static bool IsLong => Environment.GetEnvironmentVariable("OT_LONG") == "1";

    /// <summary>Runs the property once for each seed; in long campaigns ten times as many, or as many as are named.</summary>
    internal static void Each(int count, Action<Random> property, int? longCount = null, [CallerMemberName] string name = "")
    {
        if (Only is not null)
        {
            property(new Random(int.Parse(Only, CultureInfo.InvariantCulture)));
            return;
        }

        for (var seed = 0; seed < (IsLong ? longCount ?? 10 * count : count); seed++)
        {
            try
            {
                property(new Random(seed));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException(
                    $"{name} fails for seed {seed}; replay: OT_SEED={seed} dotnet test tests/OrleansTemporal.Kernel.Tests --filter {name}",
                    exception);
            }
        }
    }
}
