using System.Diagnostics;

namespace OrleansTemporal.Testing;

/// <summary>
/// Runs a property for one seed after the other until its time is up: seconds in an ordinary run, much longer with
/// <c>OT_LONG=1</c>. <c>OT_SEED</c> runs that seed alone; a failure says how to call it.
/// </summary>
internal static class Campaign
{
    private const int SeedsMin = 4;

    /// <summary>True when longer campaigns were asked for.</summary>
    public static bool IsLong => Environment.GetEnvironmentVariable("OT_LONG") == "1";

    public static async Task RunAsync(string test, TimeSpan time, Func<int, Task> property)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("OT_SEED"), out var only))
        {
            await property(only);
            return;
        }

        var limit = IsLong ? time * 60 : time;
        var start = Stopwatch.GetTimestamp();
        for (var seed = 1; seed <= SeedsMin || Stopwatch.GetElapsedTime(start) < limit; seed++)
        {
            try
            {
                await property(seed);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException(
                    $"Seed {seed} fails. Again: OT_SEED={seed} dotnet test tests/{typeof(Campaign).Assembly.GetName().Name} -c Release --filter {test}\n{failure.Message}", failure);
            }
        }
    }
}
