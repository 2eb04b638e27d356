namespace OrleansTemporal.Views;

/// <summary>When a view takes in what is new of its source.</summary>
public enum ViewRefresh : byte
{
    /// <summary>By itself, and before every answer: it is never behind.</summary>
    Incremental = 0,

    /// <summary>When somebody asks for it; until then it answers for the moment of the last refresh.</summary>
    Manual = 1,
}
