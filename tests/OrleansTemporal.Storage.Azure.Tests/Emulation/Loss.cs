namespace OrleansTemporal.Storage.Azure.Tests.Emulation;

/// <summary>What gets lost on the way.</summary>
internal enum Loss
{
    None,
    Request,
    Answer,
}
