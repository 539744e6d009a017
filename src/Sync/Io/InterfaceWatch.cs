using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EdgeNode.Sync.Io;

/// <summary>
/// Is told by the kernel when an interface or an address comes, goes or changes (rtnetlink(7)), so that nobody has to look again
/// and again. The runtime's own notice leaves out interfaces that come up and every IPv6 address.
/// </summary>
internal sealed partial class InterfaceWatch : IDisposable
{
    // linux/netlink.h, linux/rtnetlink.h, sys/socket.h
    private const int Netlink = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const int RouteProtocol = 0;
    private const uint Groups = 0x1 | 0x10 | 0x100; // RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR

    /// <summary>Errors in a row after which the watch is given up.</summary>
    private const int MaxErrors = 8;

    private readonly Socket _socket;
    private readonly CancellationTokenSource _closing = new();
    private readonly Action<bool> _changed;

    private InterfaceWatch(Socket socket, Action<bool> changed) => (_socket, _changed) = (socket, changed);

    /// <summary>
    /// Starts watching; null where the system has no such notice or does not allow it (another system, a sandbox without
    /// AF_NETLINK). <paramref name="changed"/> is called from other threads: true when something may have changed, false once
    /// when the watch has ended by an error.
    /// </summary>
    public static InterfaceWatch? TryStart(Action<bool> changed)
    {
        if (!OperatingSystem.IsLinux() || Open() is not { } socket)
        {
            return null;
        }
        var watch = new InterfaceWatch(socket, changed);
        watch.Loop = watch.ReadAsync(watch._closing.Token);
        return watch;
    }

    /// <summary>Ends after <see cref="Dispose"/>, or when the watch is given up.</summary>
    public Task Loop { get; private set; } = Task.CompletedTask;

    public void Dispose()
    {
        _closing.Cancel();
        _socket.Dispose();
        _closing.Dispose();
    }

    private static Socket? Open()
    {
        var descriptor = socket(Netlink, RawCloseOnExec, RouteProtocol);
        if (descriptor < 0)
        {
            return null;
        }
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        var address = new NetlinkAddress { Family = Netlink, Groups = Groups };
        if (bind(descriptor, ref address, (uint)Marshal.SizeOf<NetlinkAddress>()) == 0)
        {
            return new Socket(handle);
        }
        handle.Dispose();
        return null;
    }

    // What the messages say is not read: the interfaces are looked at anew, which is also right when messages were lost.
    private async Task ReadAsync(CancellationToken token)
    {
        var buffer = new byte[8192];
        var errors = 0;
        while (errors < MaxErrors)
        {
            try
            {
                await _socket.ReceiveAsync(buffer, SocketFlags.None, token).ConfigureAwait(false);
                errors = 0;
            }
            catch (SocketException) when (!token.IsCancellationRequested)
            {
                errors++; // more happened than the socket could hold, for instance
            }
            catch (Exception fault)
                when (token.IsCancellationRequested
                    && fault is OperationCanceledException or SocketException or ObjectDisposedException
                )
            {
                return;
            }
            _changed(true);
        }
        _changed(false);
    }

    /// <summary>Mirrors struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NetlinkAddress
    {
        public ushort Family;
        public ushort Pad;
        public uint Port;
        public uint Groups;
    }

    [LibraryImport("libc.so.6")]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc.so.6")]
    private static partial int bind(int descriptor, ref NetlinkAddress address, uint length);
}
