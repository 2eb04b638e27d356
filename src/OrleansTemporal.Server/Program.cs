using System.Reflection;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;

try
{
    await using var app = ServerHost.Build(args);
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (Exception exception) when (exception is TemporalException or ArgumentException or IOException or InvalidOperationException or TargetInvocationException)
{
    // What a wrong setting or a taken port needs is a sentence, not a stack trace.
    await Console.Error.WriteLineAsync($"OrleansTemporal can not start: {(exception is TargetInvocationException ? exception.GetBaseException() : exception).Message}");
    return 1;
}
