namespace OrleansTemporal.Benchmarks.Macro;

/// <summary>
/// A benchmark that is a program of its own: it fills a store, drives it as users do and prints its numbers.
/// Any class here that implements it and has a parameterless constructor is found by its <see cref="Name"/>.
/// </summary>
public interface IMacroBenchmark
{
    /// <summary>What stands after <c>macro</c> on the command line, in lower case.</summary>
    string Name { get; }

    /// <summary>One line for the list of benchmarks.</summary>
    string Description { get; }

    /// <summary>Runs to the end and returns the exit code of the process.</summary>
    Task<int> RunAsync(string[] args, CancellationToken cancellationToken);
}
