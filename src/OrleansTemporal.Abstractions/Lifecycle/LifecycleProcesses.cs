using OrleansTemporal.Errors;

namespace OrleansTemporal.Lifecycle;

/// <summary>The names of <see cref="LifecycleProcess"/>, the same in the log, over REST and on the command line.</summary>
public static class LifecycleProcesses
{
    /// <summary>The name of a process.</summary>
    public static string NameOf(LifecycleProcess process) => process switch
    {
        LifecycleProcess.Consolidation => "consolidation",
        LifecycleProcess.Distillation => "distillation",
        LifecycleProcess.Genome => "genome",
        _ => throw new ArgumentOutOfRangeException(nameof(process), process, "No such process."),
    };

    /// <summary>The process of a name.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static LifecycleProcess Parse(string name) => name switch
    {
        "consolidation" => LifecycleProcess.Consolidation,
        "distillation" => LifecycleProcess.Distillation,
        "genome" => LifecycleProcess.Genome,
        _ => throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A process is 'consolidation', 'distillation' or 'genome'.") { Field = "process" },
    };
}
