namespace OrleansTemporal.Operations;

/// <summary>Where a long-running operation is.</summary>
public enum OperationStatus : byte
{
    /// <summary>Still at work.</summary>
    Running = 1,

    /// <summary>Done, with nothing to complain of.</summary>
    Succeeded = 2,

    /// <summary>Ended with a fault.</summary>
    Failed = 3,
}
