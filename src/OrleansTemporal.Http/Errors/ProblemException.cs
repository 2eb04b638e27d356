namespace OrleansTemporal.Errors;

/// <summary>Carries a refusal of the REST surface that no <see cref="ErrorKind"/> stands for.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    /// <summary>What to answer.</summary>
    internal Problem Problem { get; } = problem;
}
