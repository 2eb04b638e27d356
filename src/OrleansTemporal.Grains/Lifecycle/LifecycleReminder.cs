using System.Globalization;

namespace OrleansTemporal.Lifecycle;

/// <summary>
/// The reminder of one process. Its name says the period too, as in <c>genome/1.00:00:00</c>: one whose policy has changed is
/// another reminder, and one that stands already is left alone, so that looking at it never puts it off.
/// </summary>
/// <param name="Process">What it is for.</param>
/// <param name="Period">How often it comes.</param>
internal readonly record struct LifecycleReminder(LifecycleProcess Process, TimeSpan Period)
{
    /// <summary>Its name.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{LifecycleProcesses.NameOf(Process)}/{Period:c}");

    /// <summary>The reminder of a process under a policy.</summary>
    /// <param name="schedule">What the policy says.</param>
    /// <param name="process">The process.</param>
    /// <param name="periodMin">What the runtime allows.</param>
    public static LifecycleReminder Of(LifecycleSchedule schedule, LifecycleProcess process, TimeSpan periodMin)
    {
        var period = LifecycleProcesses.NameOf(process) switch
        {
            "consolidation" => schedule.Consolidation,
            "distillation" => schedule.Distillation,
            "genome" => schedule.Genome,
            _ => throw new ArgumentOutOfRangeException(nameof(process), process, "No schedule names this process."),
        };
        return new LifecycleReminder(process, period < periodMin ? periodMin : period);
    }

    /// <summary>Reads a name; false when this release knows no such reminder.</summary>
    public static bool TryParse(string name, out LifecycleReminder reminder)
    {
        reminder = default;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !TimeSpan.TryParseExact(name.AsSpan(slash + 1), "c", CultureInfo.InvariantCulture, out var period))
        {
            return false;
        }

        foreach (var process in Enum.GetValues<LifecycleProcess>())
        {
            if (name.AsSpan(0, slash).SequenceEqual(LifecycleProcesses.NameOf(process)))
            {
                reminder = new LifecycleReminder(process, period);
                return true;
            }
        }

        return false;
    }
}
